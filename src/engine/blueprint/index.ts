export { apply } from "./apply.ts";
export { blueprint } from "./blueprint.ts";
export { execForm } from "./command.ts";
export { compose } from "./compose.ts";
export { type Layout, layout } from "./layout.ts";
export { readLock } from "./lock.ts";
export { projectStatus } from "./project.ts";
export { status, writable } from "./status.ts";
export { askedFor } from "./variables.ts";
