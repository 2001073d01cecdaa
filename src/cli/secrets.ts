import type { Command } from "commander";
import { fault } from "../engine/process/index.ts";
import type { World } from "./context.ts";
import { onStage, type StageOptions, stageCommand, tell } from "./stages.ts";

/** The commands on what only a stage knows. No value is ever printed. */
export function addSecrets(program: Command, world: World): void {
  const secrets = program
    .command("secrets")
    .description("Set the secrets of a stage; their values are never shown");

  stageCommand(secrets, "list", "List the secrets of a stage, and which have a value").action(
    async (stage: string, options: StageOptions) => {
      const { secretNames } = await import("../engine/release/index.ts");
      const found = await onStage(world, stage, "Secrets", options, (ground, task) =>
        secretNames(ground, task.signal),
      );
      tell(
        world,
        options,
        { kind: "secrets", secrets: found },
        found.map(({ name, version, at }) =>
          version === undefined ? `${name}  has no value` : `${name}  version ${version}, ${at}`,
        ),
      );
    },
  );

  stageCommand(secrets, "set", "Set a secret: typed without being shown, or from standard input")
    .argument("<name>", "the variable")
    .action(async (stage: string, name: string, options: StageOptions) => {
      const { setSecret } = await import("../engine/release/index.ts");
      const value = process.stdin.isTTY
        ? await (await import("./prompt.ts")).askHidden(`${name}: `, world.stderr)
        : await piped();
      if (value === "") throw fault("secrets-missing", [name, stage]);
      await onStage(world, stage, "Set a secret", options, (ground, task) =>
        setSecret(ground, name, value, task),
      );
    });
}

/** All of standard input, without the line end that `echo` adds. */
async function piped(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks)
    .toString("utf8")
    .replace(/\r?\n$/, "");
}
