import * as vscode from "vscode";
import { fault } from "../../engine/process/index.ts";
import { asRow } from "../tree/rowTree.ts";
import type { StageHere, Stages } from "./stages.ts";

/** The stages that a command may be about: that of its row, those of its project, or all. */
export async function stagesFor(argument: unknown, stages: Stages): Promise<StageHere[]> {
  const all = await stages.all();
  const { folder, stage } = asRow(argument) ?? {};
  const found = all.filter(
    (at) => (folder === undefined || at.folder === folder) && (stage === undefined || at.stage === stage),
  );
  if (found.length === 0) throw fault("no-stages", []);
  return found;
}

/** The stage that a command is about: of its row, the only one, or the one that is picked. */
export async function chooseStage(argument: unknown, stages: Stages): Promise<StageHere | undefined> {
  const found = await stagesFor(argument, stages);
  if (found.length === 1) return found[0];
  const items = found.map((at) => ({
    label: at.stage,
    description: `${at.app} · ${at.servers.join(", ")}`,
    at,
  }));
  return (await vscode.window.showQuickPick(items, { title: vscode.l10n.t("Which stage?") }))?.at;
}
