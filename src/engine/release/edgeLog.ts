import type Docker from "dockerode";
import { edgeService } from "../server/index.ts";
import type { Site } from "./ground.ts";

/** How containers of the edge are found. */
export const edgeLabel = `com.docker.swarm.service.name=${edgeService}`;

/** The container of a server's edge; undefined while there is none. */
export async function edgeOn({ docker }: Site, signal: AbortSignal): Promise<Docker.Container | undefined> {
  const [one] = await docker.listContainers({
    filters: { label: [edgeLabel] },
    abortSignal: signal,
  });
  return one && docker.getContainer(one.Id);
}

/** The engine sends output in frames: a byte for the stream, three of nothing, four for the length. */
export function framesIn(bytes: Buffer): { frames: { stream: number; bytes: Buffer }[]; rest: Buffer } {
  const frames: { stream: number; bytes: Buffer }[] = [];
  let at = 0;
  while (at + 8 <= bytes.length) {
    const end = at + 8 + bytes.readUInt32BE(at + 4);
    if (end > bytes.length) break;
    frames.push({ stream: bytes[at] ?? 0, bytes: bytes.subarray(at + 8, end) });
    at = end;
  }
  return { frames, rest: bytes.subarray(at) };
}

export function textsIn(bytes: Buffer): { texts: string[]; rest: Buffer } {
  const { frames, rest } = framesIn(bytes);
  return { texts: frames.map(({ bytes }) => bytes.toString("utf8")), rest };
}

export function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
