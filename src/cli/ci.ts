import { readFileSync, realpathSync } from "node:fs";
import { relative, resolve, sep } from "node:path";
import type { Command } from "commander";
import manifest from "../../package.json" with { type: "json" };
import type { CiStage, Repository } from "../engine/blueprint/index.ts";
import { fault, run } from "../engine/process/index.ts";
import { ciNeeds, type Need } from "./ciNeeds.ts";
import type { World } from "./context.ts";
import { put } from "./generate.ts";
import { serversAt, sshMachineOf } from "./reach.ts";
import { projectIn } from "./stages.ts";

interface CiOptions {
  branch?: string;
  diff?: true;
  json?: true;
  sshConfig?: string;
}

/** The commands on what deploys without anybody at a prompt. */
export function addCi(program: Command, world: World, onEdited: () => void): void {
  program
    .command("ci")
    .description("Deploy from GitHub Actions")
    .command("init")
    .description(
      "Write a workflow that builds, tests and deploys what is pushed, and say what GitHub has to be told for it",
    )
    .argument("[folder]", "the project's folder", ".")
    .option("--branch <branch>", "whose pushes are deployed; without it, the repository's default branch")
    .option("--diff", "write nothing; print what would change")
    .option("--ssh-config <file>", "the SSH configuration to use in place of your own")
    .option("--json", "print what GitHub has to be told as one JSON object")
    .action(async (given: string, options: CiOptions) => {
      const folder = resolve(world.cwd, given);
      const { ciCli, ciStages, ciWorkflow, status } = await import("../engine/blueprint/index.ts");
      const { profile } = await projectIn(folder);
      const stages = ciStages(profile);
      if (stages.length === 0) throw fault("no-stages", []);
      const { root, repository } = await repositoryOf(folder, options.branch);
      const files = [
        ciWorkflow(profile, repository),
        ciCli(packed(world.program), manifest.version, repository),
      ];
      const all = await status(files, async (path) => textOf(resolve(root, path)));
      const { json, diff } = options;
      const told = json ? { ...world, stdout: world.stderr } : world;
      const how = { ...(diff ? { diff } : {}), by: "sistership ci init" };
      if (await put(root, all, how, told)) onEdited();
      if (diff) return;
      const needs = await needsOf(stages, world, { ...options, folder });
      if (json) return void world.stdout.write(`${JSON.stringify({ kind: "ci", needs })}\n`);
      world.stdout.write(`\nGitHub has to be told, in the settings of the repository:\n${linesOf(needs)}`);
    });
}

async function needsOf(
  stages: readonly CiStage[],
  world: World,
  options: { folder: string; sshConfig?: string },
): Promise<Need[]> {
  const { introduce, resolveServer } = await import("../engine/server/index.ts");
  const known = serversAt(world, options);
  const machine = sshMachineOf(world, options);
  const names = [...new Set(stages.flatMap(({ servers }) => servers))];
  return ciNeeds(
    stages,
    names.map((name) => {
      const server = resolveServer(name, known);
      // another machine has the team's list, and for all else what it is told here
      return { ...server, told: introduce(server, machine, server.from === "team" ? "address" : "name") };
    }),
  );
}

/** Where the project lies in its repository. Without Git, its folder is taken for the root. */
async function repositoryOf(
  folder: string,
  branch: string | undefined,
): Promise<{ root: string; repository: Repository }> {
  const git = async (...args: string[]) => {
    const options = { accept: [0, 1, 128], timeoutMs: 10_000 };
    const { code, stdout } = await run({ program: "git", args, cwd: folder }, options).catch(() => ({
      ...{ code: 1, stdout: "" }, // there is no git
    }));
    return code === 0 && stdout.trim() !== "" ? stdout.trim() : undefined;
  };
  const root = (await git("rev-parse", "--show-toplevel")) ?? folder;
  const remote = await git("symbolic-ref", "--short", "refs/remotes/origin/HEAD");
  const found = remote?.replace(/^origin\//, "") ?? (await git("symbolic-ref", "--short", "HEAD"));
  const inside = relative(realpathSync(root), realpathSync(folder)).split(sep).join("/");
  return {
    root,
    repository: { branch: branch ?? found ?? "main", folder: inside === "" ? "." : inside },
  };
}

/** This very program, as it is packed: one file, which needs nothing beside it. */
function packed(program: string): string {
  const file = realpathSync(program);
  if (!/\.c?js$/.test(file)) throw fault("cli-not-packed", [file]);
  return readFileSync(file, "utf8");
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

const places: Record<Need["is"], string> = {
  secret: "Secrets and variables, Actions: secrets",
  environment: "Environments",
  variable: "Secrets and variables, Actions: variables",
  elsewhere: "Not by the workflow",
};

function linesOf(needs: readonly Need[]): string {
  return Object.entries(places)
    .flatMap(([is, title]) => {
      const these = needs.filter((need) => need.is === is);
      if (these.length === 0) return [];
      return [
        `  ${title}`,
        ...these.flatMap(({ name, says, value }) => [
          `    ${name}  ${says}`,
          ...(value ?? []).map((line) => `      ${line}`),
        ]),
      ];
    })
    .map((line) => `${line}\n`)
    .join("");
}
