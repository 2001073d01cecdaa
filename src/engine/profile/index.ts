export { type Detection, detect } from "./detect/detect.ts";
export type { Evidence, Question } from "./detect/evidence.ts";
export { type Edit, editProfile } from "./edit.ts";
export { type Described, describeAt, profileSchema } from "./jsonSchema.ts";
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
export { locate, type Path } from "./locate.ts";
export { type Parsed, parseProfile } from "./parse.ts";
export type { Position, Problem, ProblemCode, TextFix } from "./problem.ts";
export type { Health, Image, Process, Profile, Route, Runtime, Service, Stage, Variable } from "./profile.ts";
export { resolve } from "./resolve.ts";
export type { ProcessFile, ProfileFile } from "./schema.ts";
export { type Reason, writeProfile } from "./write.ts";
