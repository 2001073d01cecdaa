export { findManager } from "./find.ts";
export { join } from "./join.ts";
export { drain, leave } from "./leave.ts";
export { managersAdvice } from "./swarm.ts";
