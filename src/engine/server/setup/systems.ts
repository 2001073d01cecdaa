import type { Facts } from "../facts/index.ts";
import type { Remote } from "../link.ts";

/** From whom Docker comes: the distribution looks after what it has, Docker's own repository is newer. */
export type DockerSource = "distribution" | "docker";

type Family = "debian" | "fedora";

/** How a system gets its software. */
export interface Method {
  family: Family;
  source: DockerSource;
  /** Why not the one that was wished for, or why this one. */
  because: string;
  packages: string[];
  /** What has to be there before, such as another repository. */
  before: Remote[];
}

/** How Docker is installed on a system; a sentence's end where it is not. */
export function methodFor({ system, init }: Facts, wish: DockerSource | undefined): Method | string {
  if (init !== "systemd")
    return "it is not run by systemd, which starts Docker and holds the firewall's way back";
  const kin = kinOf(system);
  if (kin === undefined) return "choose Debian, Ubuntu, or a system of the Fedora family";
  const { family, repository, least, packages } = kin;
  const own = least === undefined || !isAtLeast(system.version, least);
  const source = own ? "docker" : (wish ?? "distribution");
  const because = own
    ? `${system.name} has no Docker of its own that is new enough, so it comes from Docker's repository`
    : source === "docker"
      ? "It comes from Docker's own repository, as you wished"
      : "It comes from the distribution, which looks after its updates";
  return source === "distribution"
    ? { family, source, because, packages, before: [] }
    : {
        ...{ family, source, because },
        packages: ["docker-ce", "docker-ce-cli", "containerd.io"],
        before: family === "debian" ? aptRepository(repository, system.codename) : dnfRepository(repository),
      };
}

interface Kin {
  family: Family;
  /** What Docker calls it in its repository. */
  repository: string;
  /** The first version whose own Docker is 24 or newer; none has one where it is undefined. */
  least: string | undefined;
  packages: string[];
}

function kinOf({ id, like, version }: Facts["system"]): Kin | undefined {
  const debian = (repository: string, least: string, packages: string[]): Kin => ({
    ...{ family: "debian", repository, least, packages },
  });
  // Debian parted the program from the engine with its 13th.
  if (id === "debian") return debian("debian", "13", ["docker.io", "docker-cli"]);
  if (id === "ubuntu") return debian("ubuntu", "22.04", ["docker.io"]);
  if (like.includes("ubuntu")) return debian("ubuntu", "0", ["docker.io"]);
  if (like.includes("debian")) return debian("debian", "0", ["docker.io"]);
  // Fedora moved the program into a package of its own; asked for by its path, it is found in either.
  if (id === "fedora")
    return {
      family: "fedora",
      repository: "fedora",
      least: "39",
      packages: ["moby-engine", "/usr/bin/docker"],
    };
  const old = Number.parseInt(version, 10) < 8;
  if (old || !["rhel", "centos", "rocky", "almalinux"].includes(id)) return undefined;
  return { family: "fedora", repository: id === "rhel" ? "rhel" : "centos", least: undefined, packages: [] };
}

/** Testing and unstable have no number, and are newer than any. */
function isAtLeast(version: string, least: string): boolean {
  return version === "" || Number.parseFloat(version) >= Number.parseFloat(least);
}

const waiting = ["-o", "DPkg::Lock::Timeout=300"];

/** Installs packages; a machine that was just made is often busy with its own first updates. */
export function install(family: Family, packages: readonly string[]): Remote[] {
  if (family === "fedora") return [{ program: "dnf", args: ["-y", "install", ...packages], root: true }];
  const quiet = ["DEBIAN_FRONTEND=noninteractive", "NEEDRESTART_MODE=a"];
  return [
    // what a cut connection may have left half done
    { program: "env", args: [...quiet, "dpkg", "--configure", "-a"], root: true },
    { program: "apt-get", args: ["-q", ...waiting, "update"], root: true },
    {
      program: "env",
      args: [...quiet, "apt-get", "-q", "-y", ...waiting, "install", "--no-install-recommends", ...packages],
      root: true,
    },
  ];
}

function aptRepository(name: string, codename: string): Remote[] {
  const url = `https://download.docker.com/linux/${name}`;
  const source = `Types: deb\nURIs: ${url}\nSuites: ${codename}\nComponents: stable\nSigned-By: /etc/apt/keyrings/docker.asc\n`;
  return [
    ...install("debian", ["ca-certificates", "curl"]),
    { program: "install", args: ["-m", "0755", "-d", "/etc/apt/keyrings"], root: true },
    { program: "curl", args: ["-fsSL", `${url}/gpg`, "-o", "/etc/apt/keyrings/docker.asc"], root: true },
    put("/etc/apt/sources.list.d/docker.sources", source, "0644"),
  ];
}

function dnfRepository(name: string): Remote[] {
  const from = `https://download.docker.com/linux/${name}/docker-ce.repo`;
  return [{ program: "curl", args: ["-fsSL", from, "-o", "/etc/yum.repos.d/docker-ce.repo"], root: true }];
}

/** Writes a file of root's. Its text goes where no process list shows it. */
export function put(path: string, text: string, mode: string): Remote {
  return { program: "install", args: ["-D", "-m", mode, "/dev/stdin", path], input: text, root: true };
}
