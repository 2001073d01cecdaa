import { resolve } from "node:path";
import type { Command } from "commander";
import type { Here, Part, Usage } from "../engine/environment/index.ts";
import { fault, type Task } from "../engine/process/index.ts";
import { openInBrowser } from "./browser.ts";
import { machineOf, type OutputOptions, operateInCli, type World } from "./context.ts";
import { promptedValues } from "./values.ts";

/** Which environment of a folder is meant. */
interface Which {
  release?: true | undefined;
  stage?: string | undefined;
}

interface StatusOptions extends Which {
  json?: true;
  usage?: true;
  sshConfig?: string;
}

/** The commands on the environment of a folder on this machine. */
export function addEnvironment(program: Command, world: World, onUnwell: () => void): void {
  const hereOf = (folder: string, { release, stage }: Which = {}): Here => ({
    machine: machineOf(world),
    folder: resolve(world.cwd, folder),
    ...(release || stage !== undefined ? { rehearsal: stage === undefined ? {} : { stage } } : {}),
  });
  const operation = (name: string, description: string) =>
    program
      .command(name)
      .description(description)
      .argument("[folder]", "the project's folder", ".")
      .option("--release", "not what is developed in, but a rehearsal of what is released")
      .option("--json", "print every report as one JSON object a line")
      .option("--why", "show the command and the reason of each step");
  const operate = <T>(title: string, here: Here, output: OutputOptions, work: (task: Task) => Promise<T>) =>
    operateInCli(world, { title, about: here.folder, ...output }, work);

  operation("up", "Bring the environment up on this machine, and say where it answers")
    .option("--stage <stage>", "rehearse the release with the settings of this stage")
    .action(async (folder: string, { release, stage, ...output }: OutputOptions & Which) => {
      const { up } = await import("../engine/environment/index.ts");
      const here = hereOf(folder, { release, stage });
      const title = here.rehearsal ? "Rehearse the release" : "Open in environment";
      const { addresses } = await operate(title, here, output, (task) =>
        up(here, promptedValues(here, world), task),
      );
      if (output.json) return;
      for (const { name, url } of addresses) if (url) world.stdout.write(`${name}: ${url}\n`);
    });

  operation("rebuild", "Build the images anew, from nothing, and bring the environment up with them").action(
    async (folder: string, { release, ...output }: OutputOptions & Which) => {
      const { up } = await import("../engine/environment/index.ts");
      const here = hereOf(folder, { release });
      await operate("Rebuild the environment", here, output, (task) =>
        up(here, promptedValues(here, world), task, { rebuild: true }),
      );
    },
  );

  program
    .command("open")
    .description("Open a page of the environment in the browser")
    .argument("[process]", "a process with a port, instead of the main one")
    .option("--folder <folder>", "the project's folder", ".")
    .option("--release", "of the rehearsal of what is released")
    .action(async (name: string | undefined, { folder, release }: Which & { folder: string }) => {
      const { environmentStatus } = await import("../engine/environment/index.ts");
      const { parts, name: project } = await environmentStatus(hereOf(folder, { release }));
      const pages = parts.filter(
        ({ address, state }) => address?.url && state !== "absent" && state !== "ended",
      );
      const page = name === undefined ? pages[0] : pages.find((part) => part.name === name);
      if (page?.address?.url === undefined) {
        if (name !== undefined && pages.length > 0)
          throw fault("no-such-process", [name, pages.map((part) => part.name).join(", ")]);
        throw fault("not-up", [project]);
      }
      world.stdout.write(`${page.address.url}\n`);
      await openInBrowser(page.address.url, world);
    });

  operation("down", "Stop the environment and remove its containers; its data stays").action(
    async (folder: string, { release, ...output }: OutputOptions & Which) => {
      const { down } = await import("../engine/environment/index.ts");
      const here = hereOf(folder, { release });
      await operate("Stop the environment", here, output, (task) => down(here, task));
    },
  );

  operation("reset", "Stop the environment and delete its data")
    .option("-y, --yes", "do not ask")
    .action(async (folder: string, { yes, release, ...output }: OutputOptions & Which & { yes?: true }) => {
      const { reset } = await import("../engine/environment/index.ts");
      const here = hereOf(folder, { release });
      if (!yes) await confirm(`Delete all data of the environment in ${here.folder}?`, world);
      await operate("Reset the environment", here, output, (task) => reset(here, task));
    });

  program
    .command("status")
    .description("Say what runs of the environment, and where; exits with 1 when something does not")
    .argument("[folder]", "the project's folder", ".")
    .option("--release", "of the rehearsal of what is released")
    .option("--stage <stage>", "not of this machine, but of a stage on its servers")
    .option("--ssh-config <file>", "with --stage: the SSH configuration to use in place of your own")
    .option("--usage", "say too what each takes of the processor and the memory")
    .option("--json", "print one JSON object")
    .action(async (folder: string, { json, release, usage, stage, sshConfig }: StatusOptions) => {
      if (stage !== undefined) {
        const { printStage } = await import("./stageStatus.ts");
        const options = {
          folder,
          ...(json ? { json } : {}),
          ...(sshConfig === undefined ? {} : { sshConfig }),
        };
        return void (await printStage(world, stage, options, onUnwell));
      }
      const { environmentStatus, usageNow } = await import("../engine/environment/index.ts");
      const here = hereOf(folder, { release });
      const status = await environmentStatus(here);
      if (usage) {
        // of what does not run, the engine tells nothing, and goes on telling it
        const ids = status.parts.flatMap(({ id, state }) =>
          id && ["well", "unwell", "starting"].includes(state) ? [id] : [],
        );
        const taken = await usageNow(here, ids, AbortSignal.timeout(10_000));
        for (const part of status.parts) Object.assign(part, { usage: taken.get(part.id ?? "") });
      }
      if (status.parts.some(({ state }) => state !== "well")) onUnwell();
      if (json) return void world.stdout.write(`${JSON.stringify(status, null, 2)}\n`);
      const widest = Math.max(...status.parts.map(({ name }) => name.length));
      for (const part of status.parts) world.stdout.write(`${part.name.padEnd(widest)}  ${said(part)}\n`);
      for (const { path, state } of status.drift)
        world.stdout.write(`${path} ${state === "outdated" ? "is out of date" : "was changed by hand"}\n`);
    });
}

const states: Record<Part["state"], string> = {
  absent: "not started",
  starting: "starting",
  well: "running",
  unwell: "running, not healthy",
  ended: "ended",
  crashing: "crashes and is started again",
  paused: "paused",
};

function said({ state, exitCode, address, image, changed, usage }: Part & { usage?: Usage }): string {
  const code = exitCode === undefined ? "" : ` with exit code ${exitCode}`;
  const place = address && (address.url ?? `127.0.0.1:${address.port}`);
  const stale = changed && `not as it is described now: ${changed.join(", ")}`;
  const takes = usage && `${(usage.cpus * 100).toFixed(1)} % CPU, ${Math.round(usage.memoryBytes / 1e6)} MB`;
  return [`${states[state]}${code}`, image, place, takes, stale].filter(Boolean).join("  ");
}

async function confirm(question: string, { stderr }: World): Promise<void> {
  if (!process.stdin.isTTY) throw fault("answers-needed", [question]);
  const { createInterface } = await import("node:readline/promises");
  const prompt = createInterface({ input: process.stdin, output: stderr });
  try {
    const answer = await prompt.question(`${question} [y/N] `);
    if (!/^y(es)?$/i.test(answer.trim())) throw fault("cancelled", ["This"]);
  } finally {
    prompt.close();
  }
}
