export { type Directive, readConfig } from "./config.ts";
export { dockerOn } from "./docker.ts";
export { doorTo } from "./door.ts";
export { type Introduction, introduce } from "./introduce.ts";
export type { SshMachine } from "./machine.ts";
export { pool } from "./pool.ts";
export { quote } from "./quote.ts";
export { words } from "./words.ts";
