import { type Fault, fault } from "../../process/index.ts";
import { edgeConfig } from "../edge/config.ts";
import { edgeFolders, edgeInitialFile } from "../edge/service.ts";
import type { Facts } from "../facts/index.ts";
import type { Remote } from "../link.ts";
import { mergeDaemon } from "./daemon.ts";
import { closed, firewallChange, sshPorts } from "./firewall.ts";
import { already, type Described, needed, type Operation, run, type Wishes } from "./operation.ts";
import { install, type Method, put } from "./systems.ts";

export function stateOperation(facts: Facts): Operation {
  const described: Described = {
    id: "state",
    title: "Make the folder that the server keeps its state in",
    why: "What runs here, since when and by whom is kept on the server itself, in /var/lib/sistership, for root alone.",
  };
  const remotes: Remote[] = [
    { program: "install", args: ["-d", "-m", "0700", ...edgeFolders], root: true },
    put(edgeInitialFile, `${JSON.stringify(edgeConfig([]), null, 2)}\n`, "0600"),
    // Where SELinux rules, containers may touch only what is marked as theirs.
    ...(facts.enforcing
      ? [
          {
            program: "chcon",
            args: ["-R", "-t", "container_file_t", "/var/lib/sistership/edge"],
            root: true,
          } as const,
        ]
      : []),
  ];
  const { state } = facts;
  const so = state?.mode === "700" && state.owner === "root" && state.edge;
  return so ? already(described, "it is there", remotes) : run(described, remotes);
}

export function daemonOperation(server: string, facts: Facts): Operation | Fault {
  const { docker, daemon } = facts;
  const described: Described = {
    id: "daemon",
    title: "Keep the logs of containers from filling the disk",
    why: "Docker keeps what containers print without an end, unless it is told one; what daemon.json says already stays.",
  };
  try {
    const { text, changes } = mergeDaemon(daemon);
    const write = put("/etc/docker/daemon.json", text, "0644");
    const remotes: Remote[] = [write, { program: "systemctl", args: ["restart", "docker"], root: true }];
    if (changes.length === 0) return already(described, "it is so", remotes);
    const running = docker.state === "running" || docker.state === "too-old";
    const count = running ? docker.containers : 0;
    const stops =
      count > 0
        ? ` Docker starts anew for it: ${count} ${count === 1 ? "container stops" : "containers stop"} for some seconds.`
        : "";
    const restart = docker.state !== "missing";
    return needed(
      { ...described, why: `${described.why}${stops}` },
      { kind: "daemon", text, before: daemon, restart },
      restart ? remotes : [write],
    );
  } catch (thrown) {
    return fault(
      "daemon-file-wrong",
      [server, thrown instanceof SyntaxError ? "it is not JSON" : "its settings are not what Docker reads"],
      { cause: thrown },
    );
  }
}

export function dockerOperation({ docker }: Facts, method: Method): Operation {
  const start: Remote = { program: "systemctl", args: ["enable", "--now", "docker"], root: true };
  const described: Described = {
    id: "docker",
    title: "Install Docker",
    why: `Applications run in containers, from the very image that was tested. ${method.because}.`,
  };
  const remotes = [...method.before, ...install(method.family, method.packages), start];
  if (docker.state === "running" || docker.state === "too-old")
    return already(described, `Docker ${docker.version} runs`, remotes);
  return needed(described, { kind: "docker", remotes }, remotes);
}

export function groupOperation({ user }: Facts): Operation {
  const described: Described = {
    id: "docker-group",
    title: `Let ${user.name} use Docker`,
    why: "Images and logs go straight to Docker's socket. Whoever may use it can become root, which this user may anyway.",
  };
  const remotes: Remote[] = [{ program: "usermod", args: ["-aG", "docker", user.name], root: true }];
  if (user.name === "root") return already(described, "root may", remotes);
  return user.groups.includes("docker")
    ? already(described, "it is in the group docker", remotes)
    : run(described, remotes);
}

const gigabyte = 1024 ** 3;

export function swapOperation({ memory, swap, disk }: Facts, wishes: Wishes): Operation {
  const described: Described = {
    id: "swap",
    title: "Add swap",
    why: "With little memory, one process that grows would have the kernel end another; swap gives it somewhere to go.",
  };
  const size = (memory?.totalBytes ?? 0) <= gigabyte ? 1 : 2;
  const remotes: Remote[] = [
    { program: "fallocate", args: ["-l", `${size}G`, "/swapfile"], root: true },
    { program: "chmod", args: ["600", "/swapfile"], root: true },
    { program: "mkswap", args: ["/swapfile"], root: true },
    { program: "swapon", args: ["/swapfile"], root: true },
    { program: "tee", args: ["-a", "/etc/fstab"], input: "/swapfile none swap sw 0 0\n", root: true },
  ];
  if (wishes.swap === false) return already(described, "not wished for", remotes);
  if (swap && swap.totalBytes > 0)
    return already(described, `there are ${gigabytes(swap.totalBytes)} of it`, remotes);
  if (memory === undefined || memory.totalBytes > 2 * gigabyte)
    return already(
      described,
      memory ? `${gigabytes(memory.totalBytes)} of memory do without` : "its memory is not known",
      remotes,
    );
  if (!/^(ext[234]|xfs)$/.test(disk?.type ?? ""))
    return already(described, `a file cannot be swap on ${disk?.type || "this disk"}`, remotes);
  if ((disk?.freeBytes ?? 0) < (size + 4) * gigabyte)
    return already(described, "the disk has no room for it", remotes);
  return run(described, remotes);
}

function gigabytes(bytes: number): string {
  return `${(bytes / gigabyte).toFixed(1)} GB`;
}

export function firewallOperation(facts: Facts, { family }: Method, wishes: Wishes): Operation {
  const shut = closed(facts);
  const described: Described = {
    id: "firewall",
    title: `Let in only SSH (${sshPorts(facts).join(", ")}), HTTP and HTTPS`,
    why: `What need not be reached cannot be attacked; Swarm's own ports are for members of its group. Ports that containers publish are open all the same: Docker goes past this firewall.${shut.length > 0 ? ` Closed from outside will be ${shut.join(", ")}.` : ""}`,
  };
  if (wishes.firewall === false) return already(described, "not wished for");
  if (facts.firewall.on === "nftables")
    return already(
      described,
      "its nftables rules are somebody's own work and stay: see that they let in SSH, 80 and 443",
    );
  const members = wishes.joins ?? membersOf(facts.swarm);
  if (members === undefined)
    return already(described, "it is a worker, and which members it has to let in only its managers know");
  const change = firewallChange(facts, family, members);
  if (change === undefined) return already(described, `${facts.firewall.on} does so`);
  return needed(described, { kind: "firewall", change }, [...change.install, ...change.rules]);
}

/** The other servers of its group; undefined where it is not told them. */
function membersOf(swarm: Facts["swarm"]): string[] | undefined {
  if (swarm.role === "worker") return undefined;
  if (swarm.role !== "manager") return [];
  return swarm.members.filter(({ id }) => id !== swarm.node).map(({ address }) => address);
}
