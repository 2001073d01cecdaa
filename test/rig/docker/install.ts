import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { run } from "../../../src/engine/process/index.ts";
import { cacheDir, contentKey, once } from "../cache.ts";
import { aptFor } from "./apt.ts";
import type { Facts } from "./plan.ts";

/** Debian 13's Docker runs on Debian 12 as it is; only its runc wants a newer glibc. */
const suite = "trixie";
const packages = ["docker.io", "docker-cli", "containerd", "docker-compose", "docker-buildx", "tini"];

export interface Programs {
  /** Everything that was unpacked: the engine's own PATH. */
  paths: readonly string[];
  /** What lets others run `docker`, `docker compose` and `docker buildx`. */
  env: { PATH: string; DOCKER_CONFIG: string };
}

/** Docker's programs, unpacked into the cache: nothing of them is installed on the machine. */
export async function fetchPrograms(
  { system }: Facts,
  env: NodeJS.ProcessEnv,
  signal?: AbortSignal,
): Promise<Programs> {
  const folder = cacheDir("docker");
  const root = join(folder, "programs");
  const tools = join(folder, "tools");
  const config = join(folder, "config");
  await once("docker-programs", contentKey(suite, ...packages, folder), async () => {
    const debs = join(folder, "debs");
    for (const dir of [root, tools, debs]) rmSync(dir, { recursive: true, force: true });
    for (const dir of [root, tools, debs, join(config, "cli-plugins")]) mkdirSync(dir, { recursive: true });
    const apt = aptFor(suite, system.codename, join(folder, "apt"));
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
    paths: [join(root, "usr/sbin"), join(root, "usr/bin")],
    env: { PATH: `${tools}:${env.PATH ?? "/usr/sbin:/usr/bin:/sbin:/bin"}`, DOCKER_CONFIG: config },
  };
}

/** What the engine needs from the machine itself. */
export async function installNeeds({ system }: Facts, signal?: AbortSignal): Promise<void> {
  const needs: [path: string, name: string][] = [
    ["/usr/sbin/iptables", "iptables"],
    ["/usr/sbin/runc", "runc"],
  ];
  // Where the kernel has AppArmor on, the engine refuses every container without its parser.
  if (existsSync("/sys/module/apparmor/parameters/enabled")) {
    needs.push(["/usr/sbin/apparmor_parser", "apparmor"]);
  }
  const missing = needs.filter(([path]) => !existsSync(path)).map(([, name]) => name);
  if (missing.length === 0) return;
  const apt = aptFor(system.codename, system.codename, cacheDir("docker", "apt-host"));
  await apt.update(signal);
  await apt.install(missing, signal);
}

function link(to: string, at: string): void {
  rmSync(at, { force: true });
  symlinkSync(to, at);
}
