export { type Endpoint, findEndpoint, type Machine, pathOf } from "./endpoint.ts";
export { type Engine, inspectEngine } from "./inspect.ts";
export { isOlder } from "./version.ts";
