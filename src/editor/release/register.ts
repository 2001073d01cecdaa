import * as vscode from "vscode";
import type { Register } from "../commands.ts";
import { choosePlace } from "../environment/choose.ts";
import type { CommandId } from "../ids.ts";
import type { Operations } from "../operations.ts";
import type { Row } from "../tree/row.ts";
import { asRow } from "../tree/rowTree.ts";
import { isCareful } from "./careful.ts";
import { chooseStage, stagesFor } from "./choose.ts";
import type { Deploys } from "./deployPanel.ts";
import { StageBar } from "./stageBar.ts";
import type { StageHere, Stages } from "./stages.ts";

interface Means {
  extension: vscode.Uri;
  stages: Stages;
  operations: Operations;
  memory: vscode.Memento;
  log: vscode.LogOutputChannel;
}

const lastKey = "sistership.deploy.stage";

/** Everything that is done with stages by a press. The panel and the engine are loaded by the first of them. */
export function registerRelease(register: Register, means: Means): vscode.Disposable {
  const { stages, memory } = means;
  const bar = new StageBar(stages);
  let loaded: Promise<Deploys> | undefined;
  const deploys = () => {
    loaded ??= import("./deployPanel.ts").then(({ Deploys }) => new Deploys(means));
    return loaded;
  };
  const actions = () => import("./actions.ts");
  const onStage = (id: CommandId, work: (at: StageHere, row: Row | undefined) => unknown) =>
    register(id, async (argument) => {
      const at = await chooseStage(argument, stages);
      if (at) await work(at, asRow(argument));
    });

  register("sistership.deploy", async (argument) => {
    const panel = await deploys();
    if (asRow(argument)?.stage === undefined && panel.busyWith) {
      panel.reveal(panel.busyWith);
      return;
    }
    const place = await choosePlace(argument);
    if (!place) return;
    const row = { ...asRow(argument), ...place, id: "", label: "" };
    const at = likely(await stagesFor(row, stages), memory.get(lastKey));
    if (at === undefined) return;
    await memory.update(lastKey, at.stage);
    await panel.deploy(at);
  });
  onStage("sistership.rollBack", async (at) => (await deploys()).rollBack(at));
  onStage("sistership.scaleProcess", async (at, row) => (await actions()).scaleProcess(at, row, means));
  onStage("sistership.restartProcess", async (at, row) => (await actions()).restartProcess(at, row, means));
  onStage("sistership.stopStage", async (at) => (await actions()).stopStage(at, means));
  onStage("sistership.startStage", async (at) => (await actions()).startStage(at, means));
  onStage("sistership.destroyStage", async (at) => (await actions()).destroyStage(at, means));
  onStage("sistership.openStage", async (at) => (await actions()).openStage(at));
  onStage("sistership.manageSecrets", async (at) => (await import("./secrets.ts")).manageSecrets(at, means));
  onStage("sistership.checkStage", (at) => stages.look(at));

  return vscode.Disposable.from(bar, {
    dispose: () => {
      void loaded?.then((shown) => shown.dispose());
    },
  });
}

/** The stage that is shown first: the last that was deployed to from here, or else one that people do not use. */
function likely(found: readonly StageHere[], last: string | undefined): StageHere | undefined {
  return (
    found.find(({ stage }) => stage === last) ?? found.find(({ stage }) => !isCareful(stage)) ?? found[0]
  );
}
