import { fault, toFault } from "../process/index.ts";
import { connect, toDockerFault } from "./connect.ts";
import type { Endpoint } from "./endpoint.ts";
import { isOlder } from "./version.ts";

/** What an engine says of itself. */
export interface Engine {
  version: string;
  system: string;
  architecture: string;
  /** Where it keeps images: overlay2, or the containerd store. */
  store: string;
  /** The folder it keeps them in, on its own machine. */
  folder: string;
  cpus: number;
  memoryBytes: number;
  /** It runs as the user: root in its containers is that user outside. */
  rootless: boolean;
  /** The proxy that it fetches images through. */
  proxy: string;
  /** Its own clock, when it was asked. */
  time: Date | undefined;
}

const leastVersion = "24.0";

/** Asks the engine what it is; refuses one that is missing, out of reach or too old. */
export async function inspectEngine(endpoint: Endpoint, signal: AbortSignal): Promise<Engine> {
  const docker = await connect(endpoint);
  try {
    // dockerode takes a signal here; its types have not heard of it
    const info = docker.info.bind(docker) as (options: { abortSignal: AbortSignal }) => Promise<unknown>;
    const engine = parseInfo(await info({ abortSignal: signal }));
    if (isOlder(engine.version, leastVersion)) throw fault("docker-too-old", [engine.version, leastVersion]);
    return engine;
  } catch (thrown) {
    if (signal.aborted) throw fault("cancelled", ["Asking Docker"], { cause: thrown });
    if (toFault(thrown).code !== "unexpected") throw thrown;
    throw toDockerFault(thrown, endpoint, "tell what it is");
  }
}

function parseInfo(info: unknown): Engine {
  const fields = new Map(Object.entries(typeof info === "object" && info !== null ? info : {}));
  const text = (name: string) => String(fields.get(name) ?? "");
  const version = text("ServerVersion");
  if (!/^\d+\./.test(version)) throw new Error("what answers there is not a Docker engine.");
  return {
    version,
    system: text("OperatingSystem"),
    architecture: text("Architecture"),
    store: text("Driver"),
    folder: text("DockerRootDir"),
    cpus: Number(fields.get("NCPU") ?? 0),
    memoryBytes: Number(fields.get("MemTotal") ?? 0),
    rootless: String(fields.get("SecurityOptions") ?? "").includes("rootless"),
    proxy: text("HttpsProxy") || text("HttpProxy"),
    time: Number.isNaN(Date.parse(text("SystemTime"))) ? undefined : new Date(text("SystemTime")),
  };
}
