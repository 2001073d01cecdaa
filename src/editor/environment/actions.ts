import { basename } from "node:path";
import * as vscode from "vscode";
import type { Act, Up } from "../../engine/environment/index.ts";
import { fault, type Task } from "../../engine/process/index.ts";
import type { Register } from "../commands.ts";
import type { CommandId } from "../ids.ts";
import type { Operations } from "../operations.ts";
import { asRow } from "../tree/rowTree.ts";
import { choosePart, choosePlace } from "./choose.ts";
import { LiveKeys } from "./keys.ts";
import { foldersWithProfile, type LiveEnvironments } from "./live.ts";
import { here, type Place } from "./machine.ts";
import { openPage } from "./page.ts";
import { canReopenInside, reopenInside } from "./reopen.ts";
import { insideTerminal } from "./terminal.ts";
import { runTests } from "./tests.ts";
import { secretValues } from "./values.ts";

const engine = () => import("../../engine/environment/index.ts");
const view = "sistership.environment";

/** Everything that is done with environments by a press. */
export function registerEnvironmentActions(
  register: Register,
  operations: Operations,
  live: LiveEnvironments,
  secrets: vscode.SecretStorage,
): vscode.Disposable {
  const keys = new LiveKeys();
  const run = <T>(title: string, folder: string, work: (task: Task) => Promise<T>) =>
    operations.run({ title, about: folder, view, notify: true }, work);

  register("sistership.openInEnvironment", async (argument) => {
    const place = await choosePlace(argument);
    if (!place) return;
    const { folder } = place;
    const { up } = await engine();
    const result = await run(`Open ${basename(folder)} in its environment`, folder, (task) =>
      up(here({ folder }), secretValues(folder, secrets), task),
    );
    await arrive(folder, result);
  });

  register("sistership.rebuildEnvironment", async (argument) => {
    const place = await choosePlace(argument);
    if (!place) return;
    const { folder } = place;
    const { up } = await engine();
    const result = await run(`Rebuild the environment of ${basename(folder)}`, folder, (task) =>
      up(here({ folder }), secretValues(folder, secrets), task, { rebuild: true }),
    );
    await arrive(folder, result);
  });

  register("sistership.stopEnvironment", async (argument) => {
    const place = await choosePlace(argument);
    if (!place) return;
    const { down } = await engine();
    await run(`Stop ${called(place)}`, place.folder, (task) => down(here(place), task));
  });

  register("sistership.resetEnvironment", async (argument) => {
    const place = await choosePlace(argument);
    if (!place) return;
    const confirm = vscode.l10n.t("Delete Data");
    const chosen = await vscode.window.showWarningMessage(
      vscode.l10n.t("Delete all data of {0}?", called(place)),
      {
        modal: true,
        detail: vscode.l10n.t(
          "Its databases, uploads and caches on this machine. This cannot be undone. Servers are not touched.",
        ),
      },
      confirm,
    );
    if (chosen !== confirm) return;
    const { reset } = await engine();
    await run(`Reset ${called(place)}`, place.folder, (task) => reset(here(place), task));
  });

  const act = (id: CommandId, what: Act, title: string) =>
    register(id, async (argument) => {
      const part = await choosePart(argument, live, () => true);
      if (!part) return;
      const { control } = await engine();
      await operations.run({ title: `${title} ${part.name}`, about: part.place.folder, view }, (task) =>
        control(here(part.place), what, part.name, task),
      );
    });
  act("sistership.startPart", "start", "Start");
  act("sistership.stopPart", "stop", "Stop");
  act("sistership.restartPart", "restart", "Restart");

  register("sistership.openPage", async (argument) => {
    const part = await choosePart(argument, live, ({ url }) => url !== undefined);
    if (part?.url && part.port) await openPage({ url: part.url, port: part.port });
  });

  register("sistership.openShell", async (argument) => {
    const place = await choosePlace(argument);
    if (!place) return;
    const subject = asRow(argument)?.subject;
    const { shellCommand } = await engine();
    const command = await shellCommand(here(place), await keys.env(place, subject), subject);
    vscode.window.createTerminal(insideTerminal(subject ?? basename(place.folder), command)).show();
  });

  register("sistership.copyConnection", async (argument) => {
    const part = await choosePart(argument, live, ({ url, port }) => url === undefined && port !== undefined);
    if (!part) return;
    const { connectionString } = await engine();
    await vscode.env.clipboard.writeText(await connectionString(here(part.place), part.name));
    vscode.window.setStatusBarMessage(vscode.l10n.t("Copied the address of {0}", part.name), 3000);
  });

  register("sistership.runTests", async (argument) => {
    const place = await choosePlace(argument);
    if (!place) return;
    const { folder } = place;
    const { testCommands } = await engine();
    using tests = await run(`Test ${basename(folder)}`, folder, (task) =>
      testCommands(here({ folder }), secretValues(folder, secrets), task),
    );
    if (await runTests(folder, tests.commands))
      void vscode.window.showInformationMessage(vscode.l10n.t("The tests of {0} passed.", basename(folder)));
    else
      void vscode.window.showWarningMessage(
        vscode.l10n.t("Tests of {0} failed: the terminal shows which.", basename(folder)),
      );
  });

  const profile = vscode.window.registerTerminalProfileProvider("sistership.inside", {
    provideTerminalProfile: async () => {
      const [folder] = await foldersWithProfile();
      if (!folder) throw fault("no-folder", []);
      const { shellCommand } = await engine();
      const command = await shellCommand(here({ folder }), await keys.env({ folder }));
      return new vscode.TerminalProfile(insideTerminal(basename(folder), command));
    },
  });
  return vscode.Disposable.from(profile, keys);
}

function called({ folder, rehearsal }: Place): string {
  return `${rehearsal ? "the rehearsal" : "the environment"} of ${basename(folder)}`;
}

/** It runs: the page beside the code, and a terminal inside for whoever wants one. */
async function arrive(folder: string, { addresses }: Up): Promise<void> {
  const page = addresses.find(({ url }) => url !== undefined);
  if (page?.url) await openPage({ url: page.url, port: page.port });
  const terminal = vscode.l10n.t("Open Terminal Inside");
  const debug = vscode.l10n.t("Debug");
  const reopen = (await canReopenInside()) ? [vscode.l10n.t("Reopen Window Inside")] : [];
  const chosen = await vscode.window.showInformationMessage(
    page?.url
      ? vscode.l10n.t("{0} runs at {1}", basename(folder), page.url)
      : vscode.l10n.t("{0} runs.", basename(folder)),
    terminal,
    debug,
    ...reopen,
  );
  if (chosen !== undefined && reopen.includes(chosen)) await reopenInside();
  if (chosen === debug) await vscode.commands.executeCommand("sistership.debugPart");
  if (chosen === terminal)
    await vscode.commands.executeCommand("sistership.openShell", vscode.Uri.file(folder));
}
