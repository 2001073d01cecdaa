import { basename } from "node:path";
import * as vscode from "vscode";
import type { Register } from "../commands.ts";
import type { Operations } from "../operations.ts";
import type { Fleet } from "../servers/fleet.ts";
import { known } from "../servers/inventory.ts";
import { choosePlace } from "./choose.ts";
import { here } from "./machine.ts";
import { openPage } from "./page.ts";
import { parityText } from "./parityText.ts";
import { secretValues } from "./values.ts";

const scheme = "sistership-parity";
const view = "sistership.environment";

/** What is released, tried on this machine before any server sees it; and how far it is what is developed in. */
export function registerRehearsal(
  register: Register,
  operations: Operations,
  secrets: vscode.SecretStorage,
  fleet: Fleet,
): vscode.Disposable {
  const reports = new Map<string, string>();
  const changed = new vscode.EventEmitter<vscode.Uri>();

  register("sistership.rehearse", async (argument) => {
    const place = await choosePlace(argument);
    if (!place) return;
    const { folder } = place;
    const stage = await chooseStage(folder);
    if (!stage) return;
    const { up } = await import("../../engine/environment/index.ts");
    const title = `Rehearse the release of ${basename(folder)}`;
    const { addresses } = await operations.run({ title, about: folder, view, notify: true }, (task) =>
      up({ ...here({ folder }), rehearsal: stage }, secretValues(folder, secrets), task),
    );
    const page = addresses.find(({ url }) => url !== undefined);
    if (page?.url) await openPage({ url: page.url, port: page.port });
    const compare = vscode.l10n.t("Compare with Development");
    const chosen = await vscode.window.showInformationMessage(
      page?.url
        ? vscode.l10n.t("What is released of {0} runs at {1}", basename(folder), page.url)
        : vscode.l10n.t("What is released of {0} runs.", basename(folder)),
      compare,
    );
    if (chosen === compare)
      await vscode.commands.executeCommand("sistership.compareEnvironments", vscode.Uri.file(folder));
  });

  register("sistership.compareEnvironments", async (argument) => {
    const place = await choosePlace(argument);
    if (!place) return;
    const { folder } = place;
    const stages = await chooseStages(folder);
    if (!stages) return;
    const { parity } = await import("../../engine/environment/index.ts");
    const title = `Compare the environments of ${basename(folder)}`;
    const found = await operations.run({ title, about: folder, view }, (task) =>
      parity(here({ folder }), task, (profile) => fleet.sides(profile, stages, task)),
    );
    const report = vscode.Uri.from({ scheme, path: `${folder}/Parity of ${basename(folder)}.md` });
    reports.set(report.path, parityText(basename(folder), found, new Date()));
    changed.fire(report);
    await vscode.commands.executeCommand("markdown.showPreview", report);
  });

  return vscode.Disposable.from(
    changed,
    vscode.workspace.registerTextDocumentContentProvider(scheme, {
      onDidChange: changed.event,
      provideTextDocumentContent: ({ path }) => reports.get(path) ?? "",
    }),
  );
}

/** The stage whose settings the rehearsal has; asked only where there are any. */
async function chooseStage(folder: string): Promise<{ stage?: string } | undefined> {
  const { projectStatus } = await import("../../engine/blueprint/index.ts");
  const found = await projectStatus(folder);
  const stages = found.ok ? Object.keys(found.profile.stages) : [];
  if (stages.length === 0) return {};
  const items: { label: string; description?: string; choice: { stage?: string } }[] = [
    ...stages.map((stage) => ({ label: stage, choice: { stage } })),
    {
      label: vscode.l10n.t("No stage"),
      description: vscode.l10n.t("with the settings that all stages share"),
      choice: {},
    },
  ];
  const title = vscode.l10n.t("Rehearse with the settings of which stage?");
  // what opens meanwhile, such as the page of the environment, must not close the question
  return (await vscode.window.showQuickPick(items, { title, ignoreFocusOut: true }))?.choice;
}

/** The stages whose servers are looked at too; asked only where there are any that can be reached from here. */
async function chooseStages(folder: string): Promise<string[] | undefined> {
  const { projectStatus } = await import("../../engine/blueprint/index.ts");
  const found = await projectStatus(folder);
  if (!found.ok || Object.keys(found.profile.stages).length === 0) return [];
  const names = new Set((await known()).map(({ name }) => name));
  const items = Object.entries(found.profile.stages)
    .filter(([, { servers }]) => servers.every((server) => names.has(server)))
    .map(([label, { servers }]) => ({ label, description: servers.join(", ") }));
  if (items.length === 0) return [];
  const chosen = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t("Look at the servers of which stages too?"),
    placeHolder: vscode.l10n.t("None: compare what is on this machine"),
    canPickMany: true,
    ignoreFocusOut: true,
  });
  return chosen?.map(({ label }) => label);
}
