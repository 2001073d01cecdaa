export { edgeConfig } from "./config.ts";
export { hashOf } from "./hash.ts";
export { edgeTakes, loadEdge } from "./load.ts";
export { probeHeader } from "./log.ts";
export type { Route } from "./route.ts";
export { edgeService } from "./service.ts";
