import { Command, CommanderError } from "commander";
import manifest from "../../package.json" with { type: "json" };
import { isCancelled, toFault } from "../engine/process/index.ts";
import { addCi } from "./ci.ts";
import type { World } from "./context.ts";
import { addDeploy } from "./deploy.ts";
import { addDetect } from "./detect.ts";
import { addDoctor } from "./doctor.ts";
import { addEnvironment } from "./environment.ts";
import { addGenerate } from "./generate.ts";
import { addInit } from "./init.ts";
import { addInside } from "./inside.ts";
import { addLogs } from "./logs.ts";
import { addMaintenance } from "./maintenance.ts";
import { addParity } from "./parity.ts";
import { addProfile } from "./profile.ts";
import { addReleases } from "./releases.ts";
import { addRunIn } from "./runIn.ts";
import { addSecrets } from "./secrets.ts";
import { addServers } from "./servers.ts";
import { addShip } from "./ship.ts";
import { addUpdate } from "./update.ts";

/** What a shell is told: 0 done, 1 failed, 2 wrong usage, 130 cancelled; of what runs inside, its own code. */
type ExitCode = number;

/** Runs the CLI and answers with its exit code; never throws. */
export async function runCli(args: readonly string[], world: World): Promise<ExitCode> {
  const { stdout, stderr } = world;
  let code: ExitCode = 0;
  const program = new Command("sistership")
    .description("From a fresh clone to production on your own servers.")
    .version(manifest.version, "-v, --version", "Print the version")
    .helpOption("-h, --help", "Print this help")
    .showHelpAfterError()
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
      getOutHasColors: () => stdout.isTTY === true && !world.env.NO_COLOR,
      getErrHasColors: () => stderr.isTTY === true && !world.env.NO_COLOR,
    });
  const fail = () => {
    code = 1;
  };
  addDoctor(program, world, fail);
  addEnvironment(program, world, fail);
  addInside(program, world, (inside) => {
    code = inside;
  });
  addLogs(program, world);
  addDetect(program, world, fail);
  addInit(program, world);
  addGenerate(program, world, fail);
  addUpdate(program, world);
  addParity(program, world, fail);
  addProfile(program, world);
  addShip(program, world);
  addServers(program, world, fail);
  addDeploy(program, world);
  addReleases(program, world);
  addSecrets(program, world);
  addMaintenance(program, world);
  addRunIn(program, world, (inside) => {
    code = inside;
  });
  addCi(program, world, fail);

  if (args.length === 0) {
    program.outputHelp();
    return 0;
  }
  try {
    await program.parseAsync(args, { from: "user" });
    return code;
  } catch (thrown) {
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : 2;
    const { says, cause } = toFault(thrown);
    stderr.write(`${says}\n`);
    if (world.env.SISTERSHIP_DEBUG && cause instanceof Error) stderr.write(`${cause.stack}\n`);
    return isCancelled(thrown) ? 130 : 1;
  }
}
