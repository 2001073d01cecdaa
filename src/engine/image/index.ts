export { keepProofs, type Proof, proofsOf } from "./proof.ts";
export { ship } from "./ship.ts";
export { planSays, prepare, type ServerPlan, type Shipment } from "./shipment.ts";
export { type Yard, yardHere, yardOf } from "./yard.ts";
