import type Docker from "dockerode";
import { type SwarmService, serviceNamed } from "./tasks.ts";

/** What became of a service, and what was there before: enough to take it back. */
export interface Applied {
  name: string;
  id: string;
  /** The release that it became; what has become another since is somebody else's. */
  release: string | undefined;
  /** Absent where the service was made anew. */
  before?: Docker.ServiceSpec;
}

const attempts = 5;

/**
 * Makes a service what its specification says, or makes it at all. `onBegin` hears of it before anything is done: what
 * breaks off half way is to be taken back too.
 */
export async function apply(
  docker: Docker,
  spec: Docker.ServiceSpec,
  signal: AbortSignal,
  onBegin: (applied: Applied) => void = () => {},
): Promise<Applied> {
  const name = spec.Name ?? "";
  const there = await serviceNamed(docker, name, signal);
  const applied: Applied = {
    ...{ name, id: there?.ID ?? "", release: releaseOf(spec) },
    ...(there ? { before: there.Spec } : {}),
  };
  onBegin(applied);
  if (there !== undefined) await update(docker, there, spec, signal);
  else applied.id = (await docker.createService({ ...spec, abortSignal: signal })).id;
  return applied;
}

export const releaseOf = ({ Labels }: Docker.ServiceSpec): string | undefined =>
  Labels?.["sistership.release"];

export async function update(
  docker: Docker,
  { ID, Version }: SwarmService,
  spec: Docker.ServiceSpec,
  signal: AbortSignal,
  rollback = false,
): Promise<void> {
  let version = Version.Index;
  for (let attempt = 1; ; attempt++) {
    try {
      await docker.getService(ID).update({
        _query: { version, ...(rollback ? { rollback: "previous" } : {}) },
        _body: spec,
        abortSignal: signal,
      });
      return;
    } catch (thrown) {
      // Swarm notes in the same place how an update goes, and comes between
      const between = thrown instanceof Error && /update out of sequence/.test(thrown.message);
      const there = between ? await serviceNamed(docker, spec.Name ?? "", signal) : undefined;
      if (there === undefined || attempt === attempts) throw thrown;
      version = there.Version.Index;
    }
  }
}

export async function remove(docker: Docker, name: string, signal: AbortSignal): Promise<void> {
  const there = await serviceNamed(docker, name, signal);
  if (there !== undefined) await docker.getService(there.ID).remove({ abortSignal: signal });
}
