import * as vscode from "vscode";
import { z } from "zod";
import { fault } from "../../engine/process/index.ts";
import type { Profile } from "../../engine/profile/index.ts";
import { choosePlace } from "../environment/choose.ts";
import type { StageSubject } from "./subject.ts";

/** What a row of the servers, or another command, says: a stage, and perhaps a process of it. */
const said = z.object({
  folder: z.string(),
  stage: z.string(),
  process: z.string().optional(),
  subject: z.string().optional(),
});

/** The stage whose logs are wanted, and the process that is to be shown first. */
export async function chooseStageLogs(
  argument: unknown,
): Promise<{ subject: StageSubject; process?: string } | undefined> {
  const { projectStatus, wrongProfile } = await import("../../engine/blueprint/index.ts");
  const { data: given } = said.safeParse(argument);
  const folder = given?.folder ?? (await choosePlace(argument))?.folder;
  if (folder === undefined) return undefined;
  const found = await projectStatus(folder);
  if (!found.ok) throw wrongProfile(folder, found.problems);
  const { profile } = found;
  if (given === undefined) return picked(folder, profile);
  const name = given.process ?? given.subject ?? "";
  const services = name in profile.services;
  const process = services || name in profile.processes ? { process: name } : {};
  return { subject: { folder, stage: given.stage, services }, ...process };
}

/** Databases print much that few want to read: they are read where that is said. */
async function picked(folder: string, profile: Profile): Promise<{ subject: StageSubject } | undefined> {
  const stages = Object.values(profile.stages);
  if (stages.length === 0) throw fault("no-stages", []);
  const beside = Object.keys(profile.services).join(", ");
  const items = stages.flatMap(({ name, servers }) => [
    { label: name, description: servers.join(", "), stage: name, services: false },
    ...(beside === ""
      ? []
      : [{ label: vscode.l10n.t("{0}, with {1}", name, beside), stage: name, services: true }]),
  ]);
  const chosen =
    items.length === 1
      ? items[0]
      : await vscode.window.showQuickPick(items, { title: vscode.l10n.t("Logs of which stage?") });
  return chosen && { subject: { folder, stage: chosen.stage, services: chosen.services } };
}
