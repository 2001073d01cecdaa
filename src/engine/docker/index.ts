export { findEndpoint, type Machine } from "./endpoint.ts";
export { inspectEngine } from "./inspect.ts";
export { isOlder } from "./version.ts";
