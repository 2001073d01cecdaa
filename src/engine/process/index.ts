export { type Command, format } from "./command.ts";
export { Fault, type FaultCode, type Fix, fault, isCancelled, toFault } from "./fault.ts";
export { type Output, type RunOptions, run } from "./run.ts";
export { type Exit, type Line, type Running, type StartOptions, start } from "./start.ts";
