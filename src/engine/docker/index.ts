export { connect, toDockerFault } from "./connect.ts";
export { type Container, composeContainers, labelledContainers } from "./containers.ts";
export { findEndpoint, type Machine } from "./endpoint.ts";
export { type ContainerEvent, listen, listenTo } from "./events.ts";
export { inspectEngine } from "./inspect.ts";
export { type Usage, usageOf } from "./usage.ts";
export { isOlder } from "./version.ts";
