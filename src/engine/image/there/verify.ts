import type Docker from "dockerode";
import { type ConfigDigest, type DiffId, digestOf } from "../digest.ts";
import { inspectImage, type LocalImage, openSource } from "../source/source.ts";
import { isMissing, type RemoteEngine } from "./engine.ts";

/** What an image is to be. */
export interface Expected {
  config: ConfigDigest;
  layers: readonly DiffId[];
  /** The manifest that it is sent with; containerd's store calls it by that. */
  manifest: () => Promise<Buffer>;
}

/**
 * Looks at an image that an engine has by a name. Answers what is wrong with it, if something is: exit codes say little,
 * for newer engines end well when they could not unpack.
 */
export async function differenceOf(
  docker: Docker,
  { store }: Pick<RemoteEngine, "store">,
  reference: string,
  { config, layers, manifest }: Expected,
  signal: AbortSignal,
): Promise<string | undefined> {
  let there: LocalImage;
  try {
    there = await inspectImage(docker, reference, signal);
  } catch (thrown) {
    if (isMissing(thrown)) return "the engine does not know it";
    throw thrown;
  }
  const at = layers.findIndex((layer, place) => there.layers[place] !== layer);
  if (at !== -1 || there.layers.length !== layers.length)
    return `layer ${(at === -1 ? layers.length : at) + 1} is another`;
  if (store === "overlay2") return there.id === config ? undefined : "its configuration is another";
  try {
    // a container is made of it to look: containerd's store may know an image of which layers are not there
    await using source = await openSource(docker, there, signal);
    return (await source.config()).digest === config ? undefined : "its configuration is another";
  } catch (thrown) {
    signal.throwIfAborted();
    // where nobody may look, it must be the manifest that was sent, which names the configuration by its digest
    const made = await madeOf(docker, reference);
    if (made !== undefined) return made;
    return there.id === digestOf(await manifest())
      ? undefined
      : `its configuration could not be read: ${wordsOf(thrown)}`;
  }
}

async function madeOf(docker: Docker, reference: string): Promise<string | undefined> {
  try {
    const container = await docker.createContainer({
      Image: reference,
      Cmd: ["none"],
      NetworkDisabled: true,
    });
    await container.remove({ v: true, force: true });
    return undefined;
  } catch (thrown) {
    return `no container can be made of it: ${wordsOf(thrown)}`;
  }
}

const wordsOf = (thrown: unknown) => (thrown instanceof Error ? thrown.message : String(thrown));
