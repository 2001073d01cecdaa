export { cleanUp } from "./cleanUp.ts";
export { keepProofs, type Proof } from "./proof.ts";
export { buildRelease } from "./release.ts";
export { ship } from "./ship.ts";
export { prepare } from "./shipment.ts";
export { stageSides } from "./sides.ts";
export { type Sending, shipStage } from "./stage.ts";
export { type Yard, yardHere, yardOf } from "./yard.ts";
