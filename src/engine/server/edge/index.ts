export { edgeConfig } from "./config.ts";
export { loadEdge } from "./load.ts";
