import * as vscode from "vscode";
import type { SetUpPlan, Target, Wishes } from "../../engine/server/index.ts";
import { thisMachine } from "../environment/machine.ts";
import type { Operations } from "../operations.ts";
import { choosePlan } from "./choosePlan.ts";
import type { Fleet } from "./fleet.ts";

const view = "sistership.servers";
const engine = () => import("../../engine/server/index.ts");

interface Means {
  fleet: Fleet;
  operations: Operations;
  /** Shows a plan as a page. */
  read(plan: SetUpPlan): Promise<void>;
}

/** Makes a server ready for releases, by a plan that is shown first. */
export async function setUpServer(server: Target, means: Means): Promise<void> {
  const { fleet, operations } = means;
  const plan = await planned(server, means);
  if (plan === undefined) return;
  const { saveAndLoad, setUp } = await engine();
  const pool = await fleet.connections.pool();
  const facts = await operations.run(
    { title: `Set up ${server.name}`, about: server.address, view, notify: true },
    (task) => setUp({ pool, target: server, carry: saveAndLoad(thisMachine()) }, plan, task),
  );
  await fleet.know(server.name, facts, "root");
  void vscode.window.showInformationMessage(vscode.l10n.t("{0} is ready for releases.", server.name));
}

/** What would be done, as the user wants it; undefined where nothing is to be done, or not now. */
async function planned(server: Target, { fleet, operations, read }: Means): Promise<SetUpPlan | undefined> {
  const { facts: look, setUpPlan } = await engine();
  const plan = {
    id: "look",
    title: `Look at ${server.name}`,
    why: "What is there already is left as it is; only root is told all of it.",
  };
  const facts = await operations.run(
    { title: `Plan what ${server.name} needs`, about: server.address, view, notify: true },
    (task) =>
      task.step(plan, async () => {
        const link = await fleet.connections.link(server, task.signal);
        return look(link, { signal: task.signal, root: true });
      }),
  );
  await fleet.know(server.name, facts, "root");
  const wishes = await answered((wished) => setUpPlan(server.name, facts, wished));
  if (wishes === undefined) return undefined;
  if (!setUpPlan(server.name, facts, wishes).operations.some(({ state }) => state.needed)) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t("Nothing is left to do: {0} is ready for releases.", server.name),
    );
    return undefined;
  }
  return choosePlan({
    server: server.name,
    wishes,
    plan: (wished) => setUpPlan(server.name, facts, wished),
    read,
  });
}

/** The wishes that a plan cannot do without; what stands in its way is thrown. */
async function answered(plan: (wishes: Wishes) => SetUpPlan): Promise<Wishes | undefined> {
  let wishes: Wishes = {};
  for (;;) {
    const { server, refusals, questions } = plan(wishes);
    const [refusal] = refusals;
    const [question] = questions;
    if (refusal?.code === "swarm-foreign" && refusals.length === 1) {
      if (!(await adopt(server, refusal.says))) return undefined;
      wishes = { ...wishes, adopt: true };
    } else if (refusal) throw refusal;
    else if (question === undefined) return wishes;
    else {
      const items = question.options.map(({ value, says }) => ({ label: value, description: says }));
      const answer = await vscode.window.showQuickPick(items, { title: question.ask, ignoreFocusOut: true });
      if (answer === undefined) return undefined;
      wishes = { ...wishes, [question.wish]: answer.label };
    }
  }
}

async function adopt(server: string, says: string): Promise<boolean> {
  const go = vscode.l10n.t("Use It All the Same");
  const chosen = await vscode.window.showWarningMessage(
    vscode.l10n.t("Use the swarm that {0} is part of already?", server),
    { modal: true, detail: says },
    go,
  );
  return chosen === go;
}
