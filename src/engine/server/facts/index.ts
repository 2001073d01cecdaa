export { facts } from "./facts.ts";
export { inspectServer } from "./inspect.ts";
export type { Facts } from "./read.ts";
export { labelsOfOurs, leastDocker, type Member } from "./readDocker.ts";
export { concerns, summary } from "./summary.ts";
