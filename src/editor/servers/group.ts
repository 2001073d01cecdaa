import * as vscode from "vscode";
import { fault } from "../../engine/process/index.ts";
import type { Target } from "../../engine/server/index.ts";
import { thisMachine } from "../environment/machine.ts";
import type { Operations } from "../operations.ts";
import type { Fleet } from "./fleet.ts";

const view = "sistership.servers";
const engine = () => import("../../engine/server/index.ts");

interface Means {
  fleet: Fleet;
  operations: Operations;
}

/** Takes a server into the group of another, so that applications run on both. */
export async function joinGroup(server: Target, { fleet, operations }: Means): Promise<void> {
  const managers = (await fleet.mine()).filter(({ name }) => {
    const swarm = fleet.swarmOf(name);
    return name !== server.name && (swarm === undefined || swarm.role === "manager");
  });
  if (managers.length === 0) throw fault("no-group", [server.name]);
  const to = await vscode.window.showQuickPick(
    managers.map((manager) => ({ label: manager.name, description: manager.address, manager })),
    { title: vscode.l10n.t("Whose group does {0} join?", server.name), ignoreFocusOut: true },
  );
  if (to === undefined) return;
  const role = await askRole(server.name, to.label, fleet);
  if (role === undefined) return;
  const { join, saveAndLoad } = await engine();
  const pool = await fleet.connections.pool();
  const place = { pool, target: server, carry: saveAndLoad(thisMachine()) };
  const facts = await operations.run(
    { title: `Join ${server.name} to ${to.label}`, about: server.address, view, notify: true },
    (task) => join(place, to.manager, { manager: role.manager }, task),
  );
  await fleet.know(server.name, facts, "root");
  void vscode.window.showInformationMessage(
    vscode.l10n.t("{0} is in the group of {1}.", server.name, to.label),
  );
}

async function askRole(server: string, to: string, fleet: Fleet): Promise<{ manager: boolean } | undefined> {
  const { managersAdvice } = await engine();
  const swarm = fleet.swarmOf(to);
  const managers =
    swarm?.role === "manager" ? swarm.members.filter(({ manager }) => manager).length : undefined;
  const advice = managers === undefined ? undefined : managersAdvice(managers + 1);
  const keeps = vscode.l10n.t("Runs applications, and keeps the group's state.");
  return vscode.window.showQuickPick(
    [
      { label: vscode.l10n.t("Worker"), detail: vscode.l10n.t("Runs applications."), manager: false },
      {
        label: vscode.l10n.t("Manager"),
        detail: advice === undefined ? keeps : `${keeps} ${advice}`,
        manager: true,
      },
    ],
    { title: vscode.l10n.t("What is {0} in the group of {1}?", server, to), ignoreFocusOut: true },
  );
}

/** Takes a server out of its group; what runs on it goes to the others first. */
export async function leaveGroup(server: Target, { fleet, operations }: Means): Promise<void> {
  const leaves = vscode.l10n.t("Take Out");
  const chosen = await vscode.window.showWarningMessage(
    vscode.l10n.t("Take {0} out of its group?", server.name),
    {
      modal: true,
      detail: vscode.l10n.t(
        "What runs on it is started on the other servers first. Data in its volumes stays on its disk, and does not move along.",
      ),
    },
    leaves,
  );
  if (chosen !== leaves) return;
  const via = (await fleet.mine()).find(
    ({ name }) => name !== server.name && fleet.swarmOf(name)?.role === "manager",
  );
  const { leave } = await engine();
  const pool = await fleet.connections.pool();
  await operations.run(
    { title: `Take ${server.name} out of its group`, about: server.address, view, notify: true },
    async (task) => {
      await leave({ pool, target: server }, { via }, task);
      await fleet.check(server, task);
    },
  );
}
