import type Docker from "dockerode";
import { z } from "zod";
import { type ConfigDigest, diffId } from "../digest.ts";
import { containerdSource } from "./containerd.ts";
import { overlay2Source } from "./overlay2.ts";

/** An image that an engine has. */
export interface LocalImage {
  reference: string;
  /** As the engine calls it: the digest of its configuration, or in containerd's store of its manifest. */
  id: string;
  layers: z.infer<typeof diffId>[];
  /** As the engine counts it. */
  bytes: number;
  platform: { os: string; architecture: string; variant?: string };
}

/** Where the layers of an image are got from. What it hands out is checked by whoever takes it. */
export interface Source extends AsyncDisposable {
  config(): Promise<{ bytes: Buffer; digest: ConfigDigest }>;
  /** About how many bytes a layer has, and what it is at most once it is packed; layers are counted from the base up. */
  sizeOf(at: number): Promise<number>;
  /** A layer as a plain tar. */
  layer(at: number): AsyncGenerator<Buffer>;
}

const inspected = z.object({
  Id: z.string(),
  RootFS: z.object({ Layers: z.array(diffId).default([]) }),
  Size: z.number(),
  Os: z.string(),
  Architecture: z.string(),
  Variant: z.string().optional(),
});

export async function inspectImage(
  docker: Docker,
  reference: string,
  signal: AbortSignal,
): Promise<LocalImage> {
  const { Id, RootFS, Size, Os, Architecture, Variant } = inspected.parse(
    await docker.getImage(reference).inspect(inTime(signal)),
  );
  return {
    reference,
    id: Id,
    layers: RootFS.Layers,
    bytes: Size,
    platform: { os: Os, architecture: Architecture, ...(Variant ? { variant: Variant } : {}) },
  };
}

/** dockerode takes a signal here; its types have not heard of it. */
const inTime = (signal: AbortSignal): object => ({ abortSignal: signal });

const engine = z.object({ Driver: z.string(), DockerRootDir: z.string() });

/** Reads the engine's own store; throws where that cannot be done. */
export async function openSource(docker: Docker, image: LocalImage, signal: AbortSignal): Promise<Source> {
  const { Driver, DockerRootDir } = engine.parse(await docker.info());
  if (Driver === "overlay2") return overlay2Source(docker, image, DockerRootDir, signal);
  return containerdSource(docker, image, DockerRootDir, signal);
}
