export { profileSchema } from "./jsonSchema.ts";
export {
  type ConnectionPart,
  isServiceKind,
  type Language,
  languages,
  type ServiceKind,
  type ServiceKindName,
  serviceKind,
  serviceKindNames,
} from "./kinds.ts";
export type { Health, Image, Process, Profile, Route, Runtime, Service, Stage, Variable } from "./profile.ts";
export { resolve } from "./resolve.ts";
export type { ProcessFile, ProfileFile } from "./schema.ts";
