export { type Act, control } from "./control.ts";
export { examine, type Finding } from "./doctor/doctor.ts";
export { down, reset } from "./down.ts";
export type { Here } from "./here.ts";
export { connectionString, execCommand, shellCommand, testCommands } from "./inside.ts";
export { secretsFile } from "./memory.ts";
export { type EnvironmentStatus, environmentStatus, type Part, watchEnvironment } from "./status.ts";
export { type Up, up } from "./up.ts";
export type { Values } from "./values.ts";
