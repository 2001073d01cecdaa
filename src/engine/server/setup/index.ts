export { saveAndLoad } from "./image.ts";
export type { Operation, Question, SetUpPlan, Wishes } from "./operation.ts";
export { setUpPlan } from "./plan.ts";
export { renewEdge } from "./renewEdge.ts";
export { setUp } from "./setUp.ts";
