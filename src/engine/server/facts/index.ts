export { checkServer } from "./check.ts";
export { facts } from "./facts.ts";
export type { Facts } from "./read.ts";
export { labelsOfOurs, leastDocker, type Member } from "./readDocker.ts";
export { concerns } from "./summary.ts";
