export { saveAndLoad } from "./image.ts";
export type { Operation, Question, SetUpPlan, Wishes } from "./operation.ts";
export { setUpPlan } from "./plan.ts";
export { setUp } from "./setUp.ts";
