export { detect } from "./detect/detect.ts";
export type { Evidence, Question } from "./detect/evidence.ts";
export { editProfile } from "./edit.ts";
export { describeAt, profileSchema } from "./jsonSchema.ts";
export { locate } from "./locate.ts";
export { parseProfile } from "./parse.ts";
export type { Problem } from "./problem.ts";
export { writeProfile } from "./write.ts";
