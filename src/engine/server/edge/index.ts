export { edgeConfig } from "./config.ts";
export { loadEdge } from "./load.ts";
export type { Route } from "./route.ts";
