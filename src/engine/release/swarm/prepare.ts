import type Docker from "dockerode";
import { z } from "zod";
import { labelsOf, nodeLabel, type Place, stackOf } from "../place.ts";

const node = z.object({
  ID: z.string(),
  Version: z.object({ Index: z.number() }),
  Spec: z.object({ Labels: z.record(z.string(), z.string()).nullish() }).loose(),
});

/** The network of a place alone: its processes and services find each other there, and nobody else finds them. */
export async function ensureNetwork(docker: Docker, place: Place, signal: AbortSignal): Promise<void> {
  const Name = stackOf(place);
  const found = await docker.listNetworks({ filters: { name: [Name] }, ...{ abortSignal: signal } });
  if (found.some((network) => network.Name === Name)) return;
  await docker.createNetwork({ Name, Driver: "overlay", Labels: labelsOf(place), CheckDuplicate: true });
}

/** Marks the servers of a place, and no others: tasks go where the mark is. */
export async function markNodes(docker: Docker, place: Place, wanted: readonly string[]): Promise<void> {
  const label = nodeLabel(place);
  for (const one of z.array(node).parse(await docker.listNodes())) {
    const { [label]: marked, ...others } = one.Spec.Labels ?? {};
    const wants = wanted.includes(one.ID);
    if ((marked === "1") === wants) continue;
    await docker.getNode(one.ID).update({
      _query: { version: one.Version.Index },
      _body: { ...one.Spec, Labels: wants ? { ...others, [label]: "1" } : others },
    });
  }
}
