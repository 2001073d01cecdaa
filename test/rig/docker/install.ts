import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { run } from "../../../src/engine/process/index.ts";
import { cacheDir, contentKey, once } from "../cache.ts";
import { aptFor } from "./apt.ts";
import { readSystem } from "./system.ts";

/** Debian 13's Docker runs on Debian 12 as it is; only its runc wants a newer glibc. */
const suite = "trixie";
const packages = ["docker.io", "docker-cli", "containerd", "docker-compose", "docker-buildx", "tini"];

export interface Programs {
  dockerd: string;
  /** Where it finds the programs that it starts itself. */
  paths: readonly string[];
  /** What lets others run `docker`, `docker compose` and `docker buildx`. */
  env: { PATH: string; DOCKER_CONFIG: string };
}

/** Docker's programs, unpacked into the cache: nothing of them is installed on the machine. */
export async function fetchPrograms(env: NodeJS.ProcessEnv, signal?: AbortSignal): Promise<Programs> {
  const folder = cacheDir("docker");
  const root = join(folder, "programs");
  const tools = join(folder, "tools");
  const config = join(folder, "config");
  await once("docker-programs", contentKey(suite, ...packages, folder), async () => {
    const debs = join(folder, "debs");
    for (const dir of [root, tools, debs]) rmSync(dir, { recursive: true, force: true });
    for (const dir of [root, tools, debs, join(config, "cli-plugins")]) mkdirSync(dir, { recursive: true });
    const apt = aptFor(suite, readSystem().codename, join(folder, "apt"));
    await apt.update(signal);
    await apt.download(packages, debs, signal);
    for (const deb of readdirSync(debs)) {
      await run({ program: "dpkg", args: ["-x", join(debs, deb), root] }, signal ? { signal } : {});
    }
    rmSync(debs, { recursive: true });
    link(join(root, "usr/bin/docker"), join(tools, "docker"));
    for (const plugin of ["docker-compose", "docker-buildx"]) {
      link(join(root, "usr/libexec/docker/cli-plugins", plugin), join(config, "cli-plugins", plugin));
    }
  });
  return {
    dockerd: join(root, "usr/sbin/dockerd"),
    paths: [join(root, "usr/sbin"), join(root, "usr/bin")],
    env: { PATH: `${tools}:${env.PATH ?? "/usr/sbin:/usr/bin:/sbin:/bin"}`, DOCKER_CONFIG: config },
  };
}

/** What the engine needs from the machine itself. */
export async function installNeeds(signal?: AbortSignal): Promise<void> {
  const needs: Need[] = [
    ["/usr/sbin/iptables", "iptables"],
    ["/usr/sbin/runc", "runc"],
  ];
  // Where the kernel has AppArmor on, the engine refuses every container without its parser.
  if (existsSync("/sys/module/apparmor/parameters/enabled")) {
    needs.push(["/usr/sbin/apparmor_parser", "apparmor"]);
  }
  await installOnHost(needs, signal);
}

/** A program, and the Debian package that brings it. */
type Need = [path: string, name: string];

/** Installs Debian's packages on this machine, those whose programs are not there yet. */
export async function installOnHost(needs: readonly Need[], signal?: AbortSignal): Promise<void> {
  const missing = needs.filter(([path]) => !existsSync(path)).map(([, name]) => name);
  if (missing.length === 0) return;
  const { id, codename } = readSystem();
  if (id !== "debian" || process.getuid?.() !== 0) {
    throw new Error(
      `${missing.join(" and ")} must be installed on this machine, which the rig does by itself as root on Debian only: install it, then try again.`,
    );
  }
  const apt = aptFor(codename, codename, cacheDir("docker", "apt-host"));
  await apt.update(signal);
  await apt.install(missing, signal);
}

function link(to: string, at: string): void {
  rmSync(at, { force: true });
  symlinkSync(to, at);
}
