import { homedir } from "node:os";
import { basename, dirname } from "node:path";
import * as vscode from "vscode";
import type { Sending } from "../../engine/image/index.ts";
import { fault, journalFile } from "../../engine/process/index.ts";
import { choosePlace } from "../environment/choose.ts";
import { thisMachine } from "../environment/machine.ts";
import type { Operations } from "../operations.ts";
import type { Fleet } from "./fleet.ts";
import { known } from "./inventory.ts";

interface Means {
  fleet: Fleet;
  operations: Operations;
}

/** Brings what is released to the servers of a stage, having said how much that is. */
export async function shipToServers(argument: unknown, { fleet, operations }: Means): Promise<void> {
  const place = await choosePlace(argument);
  if (!place) return;
  const { folder } = place;
  const { localStatus, wrongProfile } = await import("../../engine/blueprint/index.ts");
  const found = await localStatus(folder);
  if (!found.ok) throw wrongProfile(folder, found.problems);
  const { profile } = found;
  const stage = await chooseStage(
    Object.entries(profile.stages).map(([name, { servers }]) => ({ name, servers })),
  );
  if (stage === undefined) return;
  const { serversOf } = await import("../../engine/server/index.ts");
  const { keepProofs, shipStage, yardHere } = await import("../../engine/image/index.ts");
  const targets = serversOf(profile, stage, await known());
  const machine = thisMachine();
  const proofs = await operations.run(
    { title: `Ship ${profile.name} to ${stage}`, about: folder, view: "sistership.servers", notify: true },
    async (task) => {
      const links = await Promise.all(targets.map((target) => fleet.connections.link(target, task.signal)));
      const yard = await yardHere(machine);
      const agree = (sendings: readonly Sending[]) => agreed(stage, sendings);
      return shipStage({ machine, folder, stage, links, yard, agree }, task);
    },
  );
  if (proofs.length === 0) return;
  await keepProofs(dirname(journalFile(process.env, homedir())), proofs);
  const servers = [...new Set(proofs.map(({ server }) => server))].join(", ");
  const images = [...new Set(proofs.map(({ reference }) => reference))].join(", ");
  void vscode.window.showInformationMessage(
    vscode.l10n.t("{0}: {1} is there, layer by layer what it is in {2}.", servers, images, basename(folder)),
  );
}

async function chooseStage(
  stages: readonly { name: string; servers: readonly string[] }[],
): Promise<string | undefined> {
  if (stages.length === 0) throw fault("no-stages", []);
  const chosen = await vscode.window.showQuickPick(
    stages.map(({ name, servers }) => ({ label: name, description: servers.join(", ") })),
    { title: vscode.l10n.t("Ship to the servers of which stage?"), ignoreFocusOut: true },
  );
  return chosen?.label;
}

/** Asked only where something would be sent. */
async function agreed(stage: string, sendings: readonly Sending[]): Promise<boolean> {
  if (sendings.every(({ bytes }) => bytes === 0)) return true;
  const send = vscode.l10n.t("Ship");
  const chosen = await vscode.window.showInformationMessage(
    vscode.l10n.t("Ship to the servers of {0}?", stage),
    {
      modal: true,
      detail: [
        ...sendings.map(({ server, image, says }) => `${server}: ${image}\n${says}`),
        vscode.l10n.t("Nothing that runs there is changed."),
      ].join("\n\n"),
    },
    send,
  );
  return chosen === send;
}
