import * as vscode from "vscode";
import { fault, type Task } from "../../engine/process/index.ts";
import type { Ground } from "../../engine/release/index.ts";
import type { Operations } from "../operations.ts";
import type { Row } from "../tree/row.ts";
import { doer } from "./session.ts";
import type { StageHere, Stages } from "./stages.ts";

const view = "sistership.servers";
const engine = () => import("../../engine/release/index.ts");

interface Means {
  stages: Stages;
  operations: Operations;
}

/** Says how many replicas run of a process, until a release says otherwise. */
export async function scaleProcess(at: StageHere, row: Row | undefined, means: Means): Promise<void> {
  const process = row?.subject ?? (await pickProcess(at, means));
  if (process === undefined) return;
  const has = means.stages.seen(at)?.status.replicas.filter((one) => one.process === process).length;
  const count = await vscode.window.showInputBox({
    title: vscode.l10n.t("How many replicas of {0} on {1}?", process, at.stage),
    prompt: vscode.l10n.t("They run until a release says otherwise: sistership.yaml has the number to keep."),
    value: String(has ?? 1),
    ignoreFocusOut: true,
    validateInput: (text) =>
      /^\d{1,3}$/.test(text.trim()) ? undefined : vscode.l10n.t("A whole number, from 0 on."),
  });
  if (count === undefined) return;
  const replicas = Number(count.trim());
  const { scale } = await engine();
  await act(`Scale ${process} on ${at.stage} to ${replicas}`, at, means, (ground, task) =>
    scale({ ...doer(), ground }, process, replicas, task),
  );
}

/** Starts every replica of a process anew, one beside the other. */
export async function restartProcess(at: StageHere, row: Row | undefined, means: Means): Promise<void> {
  const process = row?.subject ?? (await pickProcess(at, means));
  if (process === undefined) return;
  const { restart } = await engine();
  await act(`Restart ${process} on ${at.stage}`, at, means, (ground, task) =>
    restart({ ...doer(), ground }, process, task),
  );
}

export async function stopStage(at: StageHere, means: Means): Promise<void> {
  const stops = vscode.l10n.t("Stop");
  const chosen = await vscode.window.showWarningMessage(
    vscode.l10n.t("Stop {0} on {1}?", at.app, at.stage),
    {
      modal: true,
      detail: vscode.l10n.t(
        "It will not answer until it is started or deployed again. Its data and its releases stay.",
      ),
    },
    stops,
  );
  if (chosen !== stops) return;
  const { stop } = await engine();
  await act(`Stop ${at.app} on ${at.stage}`, at, means, (ground, task) => stop({ ...doer(), ground }, task));
}

/** Starts what was stopped, as its release says. */
export async function startStage(at: StageHere, means: Means): Promise<void> {
  const { redeploy } = await engine();
  await act(`Start ${at.app} on ${at.stage}`, at, means, async (ground, task) => {
    await redeploy({ ...doer(), ground }, task);
  });
}

/** Takes a stage off its servers, its data included: whoever wants that types its name. */
export async function destroyStage(at: StageHere, means: Means): Promise<void> {
  const { destroy, stackOf } = await engine();
  const wanted = stackOf(at);
  const name = await vscode.window.showInputBox({
    title: vscode.l10n.t("Destroy {0} on {1}", at.app, at.stage),
    prompt: vscode.l10n.t(
      "Deletes its services, databases, volumes and secrets on {0} for good. Type {1} to go on.",
      at.servers.join(", "),
      wanted,
    ),
    placeHolder: wanted,
    ignoreFocusOut: true,
    validateInput: (text) =>
      text === "" || text === wanted ? undefined : vscode.l10n.t("Type {0} to go on.", wanted),
  });
  if (name !== wanted) return;
  await act(`Destroy ${at.app} on ${at.stage}`, at, means, (ground, task) =>
    destroy({ ...doer(), ground, name }, task),
  );
}

export async function openStage({ app, stage, url }: StageHere): Promise<void> {
  if (url === undefined) throw fault("no-domain", [app, stage]);
  await vscode.env.openExternal(vscode.Uri.parse(url));
}

/** Does something to a stage, and looks at what has become of it. */
async function act(
  title: string,
  at: StageHere,
  { stages, operations }: Means,
  work: (ground: Ground, task: Task) => Promise<void>,
): Promise<void> {
  await operations.run({ title, about: `${at.app} ${at.stage}`, view, notify: true }, async (task) => {
    const plan = { id: "reach", title: "Reach the servers", command: `ssh ${at.servers.join(", ")}` };
    const ground = await task.step(plan, () => stages.reach(at, task.signal));
    try {
      await work(ground, task);
    } finally {
      await stages.look(at, ground);
    }
  });
}

async function pickProcess(at: StageHere, { stages }: Means): Promise<string | undefined> {
  if (!stages.seen(at)) await stages.look(at);
  const names = [...new Set(stages.seen(at)?.status.replicas.map(({ process }) => process))].sort();
  if (names.length === 0) throw fault("nothing-released", [(await engine()).stackOf(at)]);
  if (names.length === 1) return names[0];
  return vscode.window.showQuickPick(names, { title: vscode.l10n.t("Which process of {0}?", at.stage) });
}
