import { posix, sep } from "node:path";

/** The same folder, on this machine and inside. */
export interface Mapping {
  localRoot: string;
  remoteRoot: string;
}

/** A file of this machine as PHP inside knows it; undefined where it is not inside. */
export function toRemote({ localRoot, remoteRoot }: Mapping, path: string): string | undefined {
  if (!path.startsWith(localRoot + sep)) return undefined;
  const below = path.slice(localRoot.length).split(sep).map(encodeURIComponent);
  return `file://${posix.join(remoteRoot, ...below)}`;
}

/** A file inside as it is called there, and where it lies on this machine, if it does. */
export function toLocal({ localRoot, remoteRoot }: Mapping, uri: string): { inside: string; local?: string } {
  const inside = uri.startsWith("file://") ? decodeURIComponent(uri.slice("file://".length)) : uri;
  const below = inside.startsWith(`${remoteRoot}/`) ? inside.slice(remoteRoot.length + 1) : undefined;
  return below === undefined ? { inside } : { inside, local: [localRoot, ...below.split("/")].join(sep) };
}
