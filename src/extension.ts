import { homedir } from "node:os";
import * as vscode from "vscode";
import { ActivityView } from "./editor/activity/activityView.ts";
import { registrar } from "./editor/commands.ts";
import { registerDebug } from "./editor/debug/register.ts";
import { registerEnvironmentActions } from "./editor/environment/actions.ts";
import { EnvironmentView } from "./editor/environment/environmentView.ts";
import { offerEnvironment } from "./editor/environment/offer.ts";
import { registerRehearsal } from "./editor/environment/rehearse.ts";
import { registerReopen } from "./editor/environment/reopen.ts";
import { registerLogs } from "./editor/logs/register.ts";
import { Operations } from "./editor/operations.ts";
import { registerProfileHelp } from "./editor/profile/completion.ts";
import { ProfileDiagnostics } from "./editor/profile/diagnostics.ts";
import { ProfileEvidence } from "./editor/profile/evidence.ts";
import { registerGenerate } from "./editor/profile/generate.ts";
import { ProfilePresence } from "./editor/profile/presence.ts";
import { registerSetUp } from "./editor/profile/setUp.ts";
import { registerUpdateImages } from "./editor/profile/updateImages.ts";
import { registerRelease } from "./editor/release/register.ts";
import { Stages } from "./editor/release/stages.ts";
import { Fleet } from "./editor/servers/fleet.ts";
import { ServersView } from "./editor/servers/serversView.ts";
import { StatusBar } from "./editor/statusBar.ts";
import { journalFile, journalReporter } from "./engine/process/index.ts";

export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel("Sistership", { log: true });
  const journal = journalFile(process.env, homedir());
  const operations = new Operations(
    journalReporter(journal, (error) => log.error("The journal could not be written.", error)),
    log,
  );
  const register = registrar(context, log);
  const statusBar = new StatusBar();
  const environment = new EnvironmentView(register, operations);
  const evidence = new ProfileEvidence();
  const fleet = new Fleet();
  const stages = new Stages(fleet);
  const show = () => statusBar.show(operations.goesOn, environment.checkup, environment.live.all);

  register("sistership.cancel", () => operations.cancel());
  register("sistership.showLog", () => log.show());
  registerUpdateImages(register, operations);
  register("sistership.openWalkthrough", () =>
    vscode.commands.executeCommand("workbench.action.openWalkthrough", `${context.extension.id}#start`),
  );
  context.subscriptions.push(
    operations,
    statusBar,
    environment,
    registerLogs(register, context.extensionUri, context.workspaceState, log, fleet),
    registerEnvironmentActions(register, operations, environment.live, context.secrets),
    registerReopen(register),
    registerRehearsal(register, operations, context.secrets, fleet),
    registerDebug(register, environment.live, log),
    fleet,
    stages,
    registerRelease(register, {
      ...{ extension: context.extensionUri, memory: context.workspaceState },
      ...{ stages, operations, log },
    }),
    new ServersView(register, operations, fleet, stages),
    new ActivityView(register, operations, journal, stages),
    new ProfileDiagnostics(),
    registerProfileHelp(),
    evidence,
    new ProfilePresence(),
    registerSetUp(register, operations, evidence),
    registerGenerate(register, operations, context.workspaceState),
    operations.onDidChange(show),
    environment.onDidChange(show),
    log,
  );
  void offerEnvironment(context.workspaceState, context.globalState);
}
