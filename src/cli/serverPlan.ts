import { fault, toFault } from "../engine/process/index.ts";
import type { Question, SetUpPlan, Wishes } from "../engine/server/index.ts";
import type { World } from "./context.ts";
import { asked } from "./prompt.ts";
import type { ServersOptions } from "./serverLists.ts";

/** What `servers setup` may be told. */
export interface SetUpOptions extends ServersOptions {
  plan?: true;
  docker?: "distribution" | "docker";
  address?: string;
  adopt?: true;
  encrypted?: true;
  firewall: boolean;
  swap: boolean;
  user?: string;
  userSudo?: true;
}

export function wishesOf({
  docker,
  address,
  adopt,
  encrypted,
  firewall,
  swap,
  user,
  userSudo,
}: SetUpOptions): Wishes {
  return {
    ...(docker && { docker }),
    ...(address && { address }),
    ...(adopt && { adopt }),
    ...(encrypted && { encrypted }),
    ...(user && { user: { name: user, sudo: userSudo === true } }),
    firewall,
    swap,
  };
}

/** The answer to what only a person knows. */
export async function answer(
  { ask, options, default: preset }: Question,
  { yes }: ServersOptions,
  { stderr }: World,
): Promise<string> {
  if (yes) return preset;
  if (!process.stdin.isTTY) throw fault("answers-needed", [ask]);
  for (const { value, says } of options) stderr.write(`  ${value}  ${says}\n`);
  return (await asked(`${ask} [${preset}] `, stderr)) || preset;
}

/** The plan for people: what is done, why, and the commands that do the same. */
export function linesOf({ operations }: SetUpPlan): string[] {
  return operations.flatMap(({ title, why, command, state }) =>
    state.needed
      ? [
          `+ ${title}`,
          `    ${why}`,
          ...command
            .split("\n")
            .filter(Boolean)
            .map((line) => `    $ ${line}`),
        ]
      : [`- ${title}: ${state.because}`],
  );
}

/** The plan for programs. */
export function asData({ operations, refusals, questions }: SetUpPlan) {
  return {
    operations: operations.map(({ state, ...described }) => ({
      ...described,
      ...(state.needed ? { needed: true } : { needed: false, because: state.because }),
    })),
    refusals: refusals.map((refusal) => ({ code: refusal.code, says: toFault(refusal).says })),
    questions,
  };
}
