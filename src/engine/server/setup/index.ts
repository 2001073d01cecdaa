export { type Carrier, saveAndLoad } from "./image.ts";
export { type Operation, type Question, type SetUpPlan, setUpPlan, type Wishes } from "./plan.ts";
export { setUp } from "./setUp.ts";
