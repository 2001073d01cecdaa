export { cleanUp, outdated } from "./cleanUp.ts";
export { keepProofs, type Proof, proofsOf } from "./proof.ts";
export { buildRelease, type ReleasedImage, type ReleaseOptions } from "./release.ts";
export { ship } from "./ship.ts";
export { planSays, prepare, type ServerPlan, type Shipment } from "./shipment.ts";
export { type Yard, yardHere, yardOf } from "./yard.ts";
