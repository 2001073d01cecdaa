import { resolve } from "node:path";
import type { Command } from "commander";
import type { Plan } from "../engine/release/index.ts";
import { machineOf, type World } from "./context.ts";
import { doer, onStage, type StageOptions, stageCommand, stateOf, sure, tell } from "./stages.ts";

interface DeployOptions extends StageOptions {
  plan?: true;
  yes?: true;
}

export function addDeploy(program: Command, world: World): void {
  stageCommand(
    program,
    "deploy",
    "Put what lies here on a stage. Says first what will change, and asks; goes back by itself where it does not hold",
  )
    .option("--plan", "only say what would change")
    .option("-y, --yes", "do not ask")
    .action(async (stage: string, options: DeployOptions) => {
      const folder = resolve(world.cwd, options.folder);
      const { deploy, fromHere, plan, sourceOf } = await import("../engine/release/index.ts");
      const title = options.plan ? "Plan" : "Deploy";
      const done = await onStage(world, stage, title, options, async (ground, task) => {
        const order = {
          ...doer(),
          ground,
          supply: await fromHere({
            ...{ machine: machineOf(world), folder, stage },
            state: stateOf(world),
          }),
          source: await sourceOf(folder, task.signal),
          values: (names: readonly string[]) => valuesOf(world, names),
        };
        if (options.plan || !options.yes) {
          const { plan: planned, sendings } = await plan(order, task);
          tell(world, options, { kind: "plan", ...planned, sendings }, [
            ...planLines(planned),
            ...sendings.map(({ server, image, says }) => `${image} to ${server}: ${says}`),
          ]);
          if (options.plan || planned.changes.length === 0) return undefined;
          await sure(world, `Deploy ${planned.app} to ${stage}?`, options.yes);
        }
        return deploy(order, task);
      });
      if (done === undefined) return;
      const { plan: planned, record } = done;
      const says = record
        ? `Release ${record.number} of ${planned.app} is live on ${stage}.`
        : "There was nothing to do: this is what runs.";
      tell(world, options, { kind: "deployed", release: record?.number ?? planned.from }, [says]);
    });
}

/** Values that only the stage knows: from the environment of this command, or else whoever sits here. */
async function valuesOf(
  { env, stderr }: World,
  names: readonly string[],
): Promise<Readonly<Record<string, string>>> {
  const { askHidden } = await import("./prompt.ts");
  const values: Record<string, string> = {};
  for (const name of names) {
    const value = env[name] || (process.stdin.isTTY ? await askHidden(`${name}: `, stderr) : "");
    if (value === "") return values;
    values[name] = value;
  }
  return values;
}

const titles: Record<Plan["changes"][number]["what"], string> = {
  image: "image",
  process: "process",
  replicas: "replicas",
  variable: "variable",
  settings: "settings",
  domain: "domain",
  service: "service",
  server: "server",
  command: "command",
};

function planLines({ changes, risks, from, number }: Plan): string[] {
  if (changes.length === 0) return [`There is nothing to do: release ${from} is what lies here.`];
  const widest = Math.max(...changes.map(({ what }) => titles[what].length));
  const lines = changes.map(({ what, about, before, after }) => {
    const mark = before === undefined ? "+" : after === undefined ? "-" : "~";
    const values = [before, after].filter((value) => value !== undefined && value !== about).join(" → ");
    return `${mark} ${titles[what].padEnd(widest)}  ${about}${values === "" ? "" : `  ${values}`}`;
  });
  return [
    `Release ${number}${from === undefined ? "" : `, after ${from}`}:`,
    ...lines,
    ...risks.map((says) => `! ${says}`),
  ];
}
