import { type Fault, fault } from "../../process/index.ts";
import { edgeService } from "../edge/service.ts";
import { type Facts, leastDocker } from "../facts/index.ts";
import type { Wishes } from "./operation.ts";

/** Why a server must not be set up as it is. Everything is named, and left alone. */
export function refusalsOf(server: string, facts: Facts, wishes: Wishes): Fault[] {
  const { docker, swarm, user } = facts;
  const refusals: Fault[] = [];
  if (user.sudo === "none") refusals.push(fault("no-root", [server, user.name]));
  if (docker.state === "podman") refusals.push(fault("podman-there", [server]));
  if (docker.state === "too-old")
    refusals.push(
      fault("server-docker-unfit", [
        server,
        `it is ${docker.version}, and ${leastDocker} or newer is needed: update it by the way it was installed`,
      ]),
    );
  if (docker.state === "running" && docker.rootless)
    refusals.push(fault("server-docker-unfit", [server, "it runs without root, and Swarm does not work so"]));
  if (swarm.role === "locked")
    refusals.push(fault("swarm-unwell", [server, 'it is locked: open it with "docker swarm unlock"']));
  if (swarm.role === "joining")
    refusals.push(
      fault("swarm-unwell", [server, swarm.says || "it is still joining, or has lost its managers"]),
    );
  const stranger = foreignSwarm(facts);
  if (stranger !== undefined && !wishes.adopt) refusals.push(fault("swarm-foreign", [server, stranger]));
  if (swarm.role === "manager" && swarm.network && !swarm.network.ours && !wishes.adopt)
    refusals.push(fault("network-foreign", [server]));
  return [...refusals, ...heldPorts(server, facts)];
}

/** What tells that a swarm is not ours; a swarm that a cut connection left bare is, where our folder is there. */
function foreignSwarm({ swarm, state }: Facts): string | undefined {
  if (swarm.role === "worker")
    return state ? undefined : `as a worker of ${swarm.managers[0] ?? "another server"}`;
  if (swarm.role !== "manager") return undefined;
  if (swarm.network?.ours || swarm.edge || swarm.applications.length > 0) return undefined;
  if (swarm.foreign.length > 0) return `it runs ${swarm.foreign.slice(0, 3).join(", ")}`;
  return state ? undefined : "nothing runs in it yet";
}

/** Who has the ports of the edge. It is named, and left alone. */
function heldPorts(server: string, { listens, docker }: Facts): Fault[] {
  const publishers = docker.state === "running" ? docker.publishers : [];
  return [80, 443].flatMap((port) => {
    const container = publishers.find(({ ports }) => ports.includes(port));
    if (container?.service === edgeService) return [];
    const holder = listens.find(
      (one) => one.port === port && one.protocol === "tcp" && !/^(127\.|::1$)/.test(one.address),
    );
    if (container)
      return [
        fault("port-taken", [`${port} of ${server}`, `the container ${container.name} (${container.image})`]),
      ];
    if (holder === undefined) return [];
    const who = holder.process
      ? `${holder.process} (process ${holder.pid})`
      : "a program that only root is told of";
    return [fault("port-taken", [`${port} of ${server}`, who])];
  });
}
