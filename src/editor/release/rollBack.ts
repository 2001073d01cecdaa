import * as vscode from "vscode";
import { fault } from "../../engine/process/index.ts";
import type { StageHere, Stages } from "./stages.ts";

interface Item extends vscode.QuickPickItem {
  number: number;
}

/** Lets a release be picked that was live before, and goes back to it. */
export async function rollBack(
  at: StageHere,
  stages: Stages,
  back: (number: number) => Promise<void>,
): Promise<void> {
  const cancel = new AbortController();
  const chosen = await vscode.window.showQuickPick(kept(at, stages, cancel.signal), {
    title: vscode.l10n.t("Roll {0} on {1} back to which release?", at.app, at.stage),
    placeHolder: vscode.l10n.t("Image and settings come back; what was done to data stays done"),
    matchOnDescription: true,
    matchOnDetail: true,
    ignoreFocusOut: true,
  });
  if (chosen === undefined) return cancel.abort();
  await back(chosen.number);
}

/** The releases that can be gone back to, the last that was live before this one first. */
async function kept(at: StageHere, stages: Stages, signal: AbortSignal): Promise<Item[]> {
  const { releases, running, stackOf } = await import("../../engine/release/index.ts");
  const ground = await stages.reach(at, signal);
  const now = await running(ground, signal);
  const found = (await releases(ground, signal))
    .filter(({ record, live }) => live !== undefined && !now.includes(record.number))
    .sort((a, b) => ((a.live ?? "") < (b.live ?? "") ? 1 : -1));
  if (found.length === 0) throw fault("nothing-before", [stackOf(at)]);
  return found.map(({ record: { number, who, source }, live = "" }) => ({
    label: `$(history) ${vscode.l10n.t("Release {0}", number)}`,
    description: `${who} · ${vscode.l10n.t("last live {0}", new Date(live).toLocaleString())}`,
    detail: source.commit
      ? `${source.commit.slice(0, 7)}${source.branch ? ` (${source.branch})` : ""}${source.dirty ? vscode.l10n.t(", and changes") : ""}`
      : vscode.l10n.t("of no commit"),
    number,
  }));
}
