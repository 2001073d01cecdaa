import { findEndpoint, inspectEngine, isOlder } from "../../docker/index.ts";
import { type Command, Fault, fault, format, run } from "../../process/index.ts";
import type { Here } from "../here.ts";
import type { Check } from "./check.ts";

const gigabyte = 1024 ** 3;

export const engineCheck: Check = {
  id: "engine",
  title: "Docker engine",
  why: "Every environment runs in containers, so that it is the same on each machine.",
  command: "docker info",
  async look({ machine }, signal) {
    const endpoint = findEndpoint(machine);
    const { version, cpus, memoryBytes, rootless } = await inspectEngine(endpoint, signal);
    const by = endpoint.from === "default" ? "" : `, by ${endpoint.from}`;
    return `${version}${rootless ? ", rootless" : ""}, ${cpus} cores, ${Math.round(memoryBytes / gigabyte)} GB of memory${by}`;
  },
};

export const placeCheck: Check = {
  id: "place",
  title: "Docker on this machine",
  why: "The source is mounted into containers, so the engine must see this machine's files.",
  command: "docker context ls",
  async look({ machine }, signal) {
    const { host } = findEndpoint(machine);
    const url = /^(tcp|https?|ssh):/.test(host) && URL.canParse(host) ? new URL(host) : undefined;
    if (url && !/^(localhost|127\.|\[::1\])/.test(url.hostname)) throw fault("docker-far", [host]);
    const { architecture, system } = await inspectEngine({ host, from: "" }, signal);
    const own = { x64: "x86_64", arm64: "aarch64" }[process.arch as string] ?? process.arch;
    const other =
      architecture === own ? "" : `; its images are for ${architecture}, and this machine is ${own}`;
    return `${system || "it runs here"}${other}`;
  },
};

export const clockCheck: Check = {
  id: "clock",
  title: "Docker's clock",
  why: "Logins, certificates and reloaders go wrong where two clocks differ.",
  command: "docker info --format {{.SystemTime}}",
  async look({ machine }, signal) {
    const { time } = await inspectEngine(findEndpoint(machine), signal);
    if (time === undefined) return "it does not tell";
    const seconds = Math.round((time.getTime() - Date.now()) / 1000);
    if (Math.abs(seconds) > 10) throw fault("clock-skewed", [seconds]);
    return "as this machine's";
  },
};

export const proxyCheck: Check = {
  id: "proxy",
  title: "Proxy",
  why: "Docker fetches images by itself: a proxy that this machine needs, it needs too.",
  command: "docker info --format {{.HTTPSProxy}}",
  async look({ machine }, signal) {
    const { env } = machine;
    const own = env.HTTPS_PROXY || env.https_proxy || env.HTTP_PROXY || env.http_proxy;
    const { proxy } = await inspectEngine(findEndpoint(machine), signal);
    if (own && !proxy) throw fault("proxy-unknown", []);
    return proxy ? "Docker goes through one" : "none";
  },
};

export const composeCheck: Check = {
  id: "compose",
  title: "Docker Compose",
  why: "Compose starts a project's processes and services together and waits until they are healthy.",
  command: "docker compose version",
  async look(patient, signal) {
    const missing = fault("compose-missing", []);
    const version = await pluginVersion(patient, ["compose", "version", "--short"], missing, signal);
    if (/^\d/.test(version) && isOlder(version, leastCompose))
      throw fault("compose-too-old", [version, leastCompose]);
    return version;
  },
};

/** The first that knows env files which need not be there; generated files have one. */
const leastCompose = "2.24";

export const buildxCheck: Check = {
  id: "buildx",
  title: "Docker Buildx",
  why: "Buildx builds the image once, with the caches that make the next build quick.",
  command: "docker buildx version",
  look: (patient, signal) =>
    pluginVersion(patient, ["buildx", "version"], fault("buildx-missing", []), signal),
};

/** The version of a docker plug-in. Docker's own words for a missing one differ between releases; its exit code does not. */
async function pluginVersion(
  { machine, folder }: Here,
  args: readonly string[],
  missing: Fault,
  signal: AbortSignal,
): Promise<string> {
  const command: Command = { program: "docker", args, cwd: folder, env: machine.env };
  try {
    const { stdout } = await run(command, { signal, timeoutMs: 20_000 });
    return /\d+\.\d+(\.\d+)?/.exec(stdout)?.[0] ?? format(command);
  } catch (thrown) {
    if (thrown instanceof Fault && thrown.code === "program-failed") throw missing;
    throw thrown;
  }
}
