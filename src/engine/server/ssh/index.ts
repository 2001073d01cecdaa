export { dockerOn } from "./docker.ts";
export type { SshMachine } from "./machine.ts";
export { pool } from "./pool.ts";
