import type { SetUpPlan } from "../../engine/server/index.ts";

/** A plan as a page to read: each step with its reason, and the commands that do the same by hand. */
export function planText({ server, operations, refusals }: SetUpPlan): string {
  const needed = operations.filter(({ state }) => state.needed);
  const already = operations.filter(({ state }) => !state.needed);
  return [
    `# Set up ${server}`,
    "",
    ...refusals.flatMap(({ says }) => [`> ${says}`, ""]),
    needed.length === 0 ? "Nothing is left to do." : "Nothing has been changed yet. In this order:",
    "",
    ...needed.flatMap(({ title, why, command }, at) => [
      `## ${at + 1}. ${title}`,
      "",
      why,
      "",
      ...(command ? ["```sh", command, "```", ""] : []),
    ]),
    ...(already.length > 0 ? ["## So already, or left out", ""] : []),
    ...already.map(({ title, state }) => `- ${title}${state.needed ? "" : `: ${state.because}`}`),
    "",
  ].join("\n");
}
