import * as vscode from "vscode";
import { followLogs, type Mount, projectOf } from "../../engine/environment/index.ts";
import { here, type Place } from "../environment/machine.ts";
import type { Fleet } from "../servers/fleet.ts";
import type { LogSession } from "./session.ts";
import type { StageSubject } from "./subject.ts";

interface Feed {
  session: LogSession;
  signal: AbortSignal;
  onFailure: (thrown: unknown) => void;
}

/** How much of a container is read of what it printed before: what stands further back is for the prompt. */
const tail = 5000;

/** Follows an environment on this machine, under whatever name it comes up. */
export async function feedEnvironment(
  environment: Place,
  {
    session,
    signal,
    onFailure,
    onMounts,
  }: Feed & { onMounts: (of: string, mounts: readonly Mount[]) => void },
): Promise<void> {
  const place = here(environment);
  while (!signal.aborted) {
    const project = await projectOf(place);
    const moved = new AbortController();
    const until = AbortSignal.any([signal, moved.signal]);
    const look = async () => {
      if ((await projectOf(place)) !== project) moved.abort();
    };
    const files = vscode.workspace.createFileSystemWatcher(
      new vscode.RelativePattern(environment.folder, ".sistership/{compose.yaml,.env,release.env}"),
    );
    files.onDidCreate(look);
    files.onDidChange(look);
    try {
      const followed = { machine: place.machine, follow: true, onMounts, signal: until };
      if (project === undefined) session.says({ is: "live" });
      else await session.take(followLogs({ ...followed, project }));
    } catch (thrown) {
      onFailure(thrown);
    }
    await new Promise<void>((resolve) => {
      if (until.aborted) resolve();
      else until.addEventListener("abort", () => resolve(), { once: true });
    });
    files.dispose();
  }
}

/** Follows a stage on its servers. */
export async function feedStage(
  { folder, stage, services }: StageSubject,
  { session, signal, onFailure }: Feed,
  fleet: Fleet,
): Promise<void> {
  try {
    const { projectStatus, wrongProfile } = await import("../../engine/blueprint/index.ts");
    const { followStage } = await import("../../engine/release/index.ts");
    const found = await projectStatus(folder);
    if (!found.ok) throw wrongProfile(folder, found.problems);
    const reach = await fleet.reach();
    const { profile } = found;
    await session.take(followStage({ profile, stage, services, reach, follow: true, tail, signal }));
  } catch (thrown) {
    if (!signal.aborted) onFailure(thrown);
  }
}
