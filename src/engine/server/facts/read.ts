import { z } from "zod";
import { type DockerFacts, dockerOf, type SwarmFacts, swarmOf } from "./readDocker.ts";
import { type Address, addressesOf, type Listener, listenersOf, networksOf } from "./readNetwork.ts";
import { providerOf, type System, systemOf } from "./readSystem.ts";
import { type Skew, skewOf } from "./skew.ts";
import { pendingUpdates } from "./updates.ts";

interface Space {
  totalBytes: number;
  freeBytes: number;
}

/** What a server is and what runs on it. What it does not tell is undefined, which is not the same as none. */
export interface Facts {
  /** When it was looked at, by the clock of this machine. */
  at: string;
  system: System;
  kernel: string;
  /** As Docker says it: `amd64`, `arm64`… */
  architecture: string;
  init: "systemd" | "other";
  cores: number;
  load: number | undefined;
  uptimeSeconds: number | undefined;
  memory: Space | undefined;
  swap: Space | undefined;
  /** The disk of `/`, and what it is formatted with. */
  disk: (Space & { type: string }) | undefined;
  /** The disk on which Docker keeps images and data, or would. */
  dockerDisk: (Space & { path: string }) | undefined;
  clock: Skew | undefined;
  provider: string | undefined;
  region: string | undefined;
  updates: { security: number | undefined; reboot: boolean | undefined };
  /** Who asked: the user that was logged in, and what it may do. */
  user: { name: string; groups: string[]; sudo: "root" | "free" | "asks" | "none" };
  /** The port that its sshd was reached at, and the address. */
  ssh: { address: string; port: number; from: string } | undefined;
  addresses: Address[];
  /** Networks that its routes lead to, in CIDR notation. */
  networks: string[];
  listens: Listener[];
  firewall: {
    on: "ufw" | "firewalld" | "nftables" | undefined;
    has: string[];
    /** As its own program tells them; only root is told. */
    rules: string[];
  };
  docker: DockerFacts;
  swarm: SwarmFacts;
  /** /var/lib/sistership, where there is one: its mode and owner, and whether the edge's part is in it. */
  state: { mode: string; owner: string; edge: boolean } | undefined;
  /** SELinux is in force. */
  enforcing: boolean;
  /** People's logins, without root. */
  users: { name: string; groups: string[] }[];
  /** /etc/docker/daemon.json as it is, on one line. */
  daemon: string | undefined;
}

/** The script's lines as facts; undefined where they are not those of the whole script. */
export function read(
  text: string,
  { sent, received }: { sent: number; received: number },
): Facts | undefined {
  const told = toldIn(text);
  if (told.one("ended") === undefined) return undefined;
  const memory = new Map(told.all("memory").map((line) => [line.split(":")[0], kilobytes(line)]));
  const disks = told.all("disk").slice(1).map(disk);
  const [root, docker] = [disks[0], disks[1]];
  const [mode, owner] = told.words("state");
  const [from, , address, port] = told.words("connection");
  return {
    at: new Date(received).toISOString(),
    system: systemOf(told),
    kernel: told.one("kernel") ?? "",
    architecture: architectures[told.one("machine") ?? ""] ?? told.one("machine") ?? "",
    init: told.one("init") === "systemd" ? "systemd" : "other",
    cores: Number(told.one("cores") ?? 1),
    load: number(told.words("load")[0]),
    uptimeSeconds: number(told.one("uptime")),
    memory: space(memory.get("MemTotal"), memory.get("MemAvailable")),
    swap: space(memory.get("SwapTotal"), memory.get("SwapFree")),
    disk: root && { ...root.space, type: told.one("rootfs") ?? "" },
    dockerDisk: docker && { ...docker.space, path: told.one("docker.root") ?? "/var/lib/docker" },
    clock: skewOf({ sent, began: told.one("began"), ended: told.one("ended"), received }),
    provider: providerOf(told),
    region: told.one("region"),
    updates: { security: pendingUpdates(told), reboot: yesOrNo(told.one("reboot")) },
    user: {
      name: told.one("user") ?? "",
      groups: told.words("groups"),
      sudo: sudo.catch("none").parse(told.one("sudo")),
    },
    ssh: address && port ? { address, port: Number(port), from: from ?? "" } : undefined,
    addresses: addressesOf(told),
    networks: networksOf(told),
    listens: listenersOf(told),
    firewall: {
      on: firewall.optional().catch(undefined).parse(told.one("firewall.on")),
      has: told.all("firewall.has"),
      rules: told.all("firewall.rule"),
    },
    docker: dockerOf(told),
    swarm: swarmOf(told),
    state: mode && owner ? { mode, owner, edge: told.one("state.edge") !== undefined } : undefined,
    enforcing: told.one("enforcing") !== undefined,
    users: told.all("login").map((line) => {
      const [name = "", ...groups] = line.split(" ");
      return { name, groups };
    }),
    daemon: told.one("daemon"),
  };
}

const sudo = z.enum(["root", "free", "asks", "none"]);
const firewall = z.enum(["ufw", "firewalld", "nftables"]);

const architectures: Record<string, string> = {
  x86_64: "amd64",
  aarch64: "arm64",
  armv7l: "arm",
  i686: "386",
};

/** What the script told, by name. */
export interface Told {
  one(name: string): string | undefined;
  all(name: string): string[];
  words(name: string): string[];
}

function toldIn(text: string): Told {
  const facts = new Map<string, string[]>();
  for (const line of text.split("\n")) {
    const at = line.indexOf("=");
    const value = line.slice(at + 1).trim();
    if (at < 1 || value === "") continue;
    const name = line.slice(0, at);
    facts.set(name, [...(facts.get(name) ?? []), value]);
  }
  const all = (name: string) => facts.get(name) ?? [];
  const one = (name: string) => all(name)[0];
  return { one, all, words: (name) => one(name)?.split(/\s+/) ?? [] };
}

function number(text: string | undefined): number | undefined {
  return text === undefined || Number.isNaN(Number(text)) ? undefined : Number(text);
}

function yesOrNo(text: string | undefined): boolean | undefined {
  return text === undefined ? undefined : text === "yes";
}

function kilobytes(line: string): number {
  return Number(/(\d+) kB/.exec(line)?.[1] ?? 0) * 1024;
}

function space(totalBytes: number | undefined, freeBytes: number | undefined): Space | undefined {
  return totalBytes === undefined || freeBytes === undefined ? undefined : { totalBytes, freeBytes };
}

/** A line of `df -Pk`: device, blocks, used, available, share, place. */
function disk(line: string) {
  const [total = 0, , free = 0] = line.split(/\s+/).slice(1, 4).map(Number);
  return { space: { totalBytes: total * 1024, freeBytes: free * 1024 } };
}
