import * as vscode from "vscode";
import type { Target } from "../../engine/server/index.ts";
import { thisMachine } from "../environment/machine.ts";
import type { Operations } from "../operations.ts";
import type { Fleet } from "./fleet.ts";

interface Means {
  fleet: Fleet;
  operations: Operations;
}

/** Brings the newest Caddy to a server's edge; no visitor is cut off, so it is not asked for twice. */
export async function renewEdgeOf(server: Target, { fleet, operations }: Means): Promise<void> {
  const { renewEdge } = await import("../../engine/server/index.ts");
  const title = `Renew the edge proxy on ${server.name}`;
  await operations.run(
    { title, about: server.address, view: "sistership.servers", notify: true },
    async (task) =>
      renewEdge(await fleet.connections.link(server, task.signal), { machine: thisMachine() }, task),
  );
  void vscode.window.showInformationMessage(
    vscode.l10n.t("The edge proxy on {0} runs the newest Caddy that there is for it.", server.name),
  );
}
