import { randomBytes } from "node:crypto";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type Engine, engine } from "../docker/engine.ts";
import { installOnHost } from "../docker/install.ts";
import { image } from "../images/image.ts";
import { knownHostsIn, sshConfigIn, writeAccess } from "./access.ts";
import { removeContainer, startContainer } from "./container.ts";
import { type Docker, dockerOf, execIn } from "./docker.ts";
import { faultsOf } from "./faults.ts";
import { makeKey } from "./keys.ts";
import { makeNetwork } from "./network.ts";
import { thisOwner } from "./owner.ts";
import { ready } from "./ready.ts";
import { writeSeed } from "./seed.ts";
import type { Server, Spec } from "./server.ts";
import { normalize, type Plan } from "./specs.ts";
import { runsDir, sweepServers } from "./sweep.ts";
import { together } from "./together.ts";

/** Servers on a network of their own, gone at the end of their block. */
export interface Servers<S extends readonly Spec[]> extends AsyncDisposable {
  /** One for each spec, in that order. */
  readonly servers: { readonly [K in keyof S]: Server };
  readonly network: string;
  /** Client configuration for all of them: `ssh -F sshConfig NAME`. */
  readonly sshConfig: string;
}

interface Options {
  engine?: Engine;
  signal?: AbortSignal;
}

/** Brings up servers: `await using fleet = await servers(["docker", "newest"]); const [a, b] = fleet.servers;` */
export async function servers<const S extends readonly Spec[]>(
  specs: S,
  { engine: given, signal }: Options = {},
): Promise<Servers<S>> {
  const rig = given ?? (await engine(signal ? { signal } : {}));
  await installOnHost([["/usr/bin/ssh-keygen", "openssh-client"]], signal);
  const docker = dockerOf(rig);
  const plans = normalize(specs);
  await sweepServers(docker);
  for (const plan of plans) await image(plan.image, { engine: rig, ...(signal && { signal }) });

  const fleet = `sistership-rig-${randomBytes(4).toString("hex")}`;
  const owner = thisOwner();
  const folder = join(runsDir(), `${owner}.${fleet}`);
  mkdirSync(folder, { mode: 0o700 });
  const containers = plans.map(({ name }) => `${fleet}-${name}`);
  const dispose = async () => {
    await Promise.all(containers.map((container) => removeContainer(docker, container)));
    await docker(["network", "rm", "--force", fleet]);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await makeNetwork(docker, fleet, owner, signal);
    const surroundings = { fleet, owner, folder };
    const started = await together(
      plans.map((plan) => (either: AbortSignal) => start(docker, plan, surroundings, either)),
      signal,
    );
    writeAccess(folder, started);
    return {
      // `map` over a tuple gives a list to the compiler, of the same length to us
      servers: started as unknown as Servers<S>["servers"],
      network: fleet,
      sshConfig: sshConfigIn(folder),
      [Symbol.asyncDispose]: dispose,
    };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** One server: `await using box = await server("bare");` */
export async function server(spec: Spec, options: Options = {}): Promise<Server & AsyncDisposable> {
  const fleet = await servers([spec], options);
  const [only] = fleet.servers;
  return { ...only, [Symbol.asyncDispose]: () => fleet[Symbol.asyncDispose]() };
}

interface Surroundings {
  fleet: string;
  owner: string;
  folder: string;
}

async function start(
  docker: Docker,
  { name, software, login, image: reference }: Plan,
  { fleet, owner, folder }: Surroundings,
  signal: AbortSignal,
): Promise<Server> {
  const own = join(folder, name);
  mkdirSync(own, { mode: 0o700 });
  const user = login === "root" ? "root" : "deploy";
  const sudoPassword = login === "root" ? undefined : randomBytes(12).toString("base64url");
  const key = await makeKey(own, "key", "ed25519", signal);
  const seed = join(own, "seed");
  const hostKey = await writeSeed(seed, { user, clientKey: key.public, sudoPassword }, signal);

  const container = `${fleet}-${name}`;
  const wanted = { container, hostname: name, network: fleet, image: reference, owner, seed };
  await startContainer(docker, wanted, signal);
  rmSync(seed, { recursive: true });
  const { address, address6 } = await addressesOf(docker, container);
  await ready(docker, container, address, signal);
  return {
    ...{ name, software, login, container, address, user },
    port: 22,
    keyFile: key.file,
    ...(address6 !== undefined && { address6 }),
    hostKey: `${[address, address6].filter((one) => one !== undefined).join(",")} ${hostKey}`,
    knownHosts: knownHostsIn(folder),
    sshConfig: sshConfigIn(folder),
    ...(sudoPassword !== undefined && { sudoPassword }),
    inside: (program, options) => execIn(docker, container, program, options),
    ...faultsOf({ docker, container, hostname: name, network: fleet, address, address6 }),
  };
}

async function addressesOf(docker: Docker, container: string) {
  const format = "{{range .NetworkSettings.Networks}}{{.IPAddress}} {{.GlobalIPv6Address}}{{end}}";
  const { stdout } = await docker(["inspect", "--format", format, container]);
  const [address = "", address6] = stdout.trim().split(" ");
  return { address, address6 };
}
