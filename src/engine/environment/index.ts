export { examine, type Finding } from "./doctor/doctor.ts";
export { down, reset } from "./down.ts";
export type { Here } from "./here.ts";
export { secretsFile } from "./memory.ts";
export { environmentStatus, type Part } from "./status.ts";
export { up } from "./up.ts";
export type { Values } from "./values.ts";
