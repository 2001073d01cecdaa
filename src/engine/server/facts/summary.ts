import type { Facts } from "./read.ts";

/** What a server is, in a few words. */
export function summary({ system, cores, memory, docker, swarm }: Facts): string {
  const size = memory ? `, ${(memory.totalBytes / 1024 ** 3).toFixed(1)} GB` : "";
  return `${system.name}, ${cores} ${cores === 1 ? "core" : "cores"}${size}, ${dockerWords(docker)}${swarmWords(swarm)}`;
}

function dockerWords(docker: Facts["docker"]): string {
  switch (docker.state) {
    case "missing":
      return "no Docker";
    case "podman":
      return "podman in Docker's place";
    case "denied":
      return "Docker, which this user may not ask";
    case "stopped":
      return "Docker, which does not answer";
    case "too-old":
      return `Docker ${docker.version}, which is too old`;
    case "running":
      return `Docker ${docker.version}`;
  }
}

function swarmWords(swarm: Facts["swarm"]): string {
  if (swarm.role === "worker") return ", worker of a group";
  if (swarm.role !== "manager") return "";
  return swarm.members.length === 1 ? ", a group of one" : `, manager in a group of ${swarm.members.length}`;
}

const skewMs = 5_000;

/** What somebody should see to, worst first; empty where all is well. */
export function concerns({ clock, disk, dockerDisk, updates, docker, swarm, user }: Facts): string[] {
  const found: string[] = [];
  if (docker.state === "stopped") found.push("Docker does not answer");
  if (swarm.role === "locked") found.push("its swarm is locked");
  if (swarm.role === "joining") found.push(`its swarm is not ready${swarm.says ? `: ${swarm.says}` : ""}`);
  if (swarm.role === "manager")
    for (const member of swarm.members.filter(({ state }) => state !== "ready"))
      found.push(`${member.server ?? member.hostname} is ${member.state}`);
  const full = [disk, dockerDisk].find((one) => one && one.freeBytes < 0.1 * one.totalBytes);
  if (full) found.push(`its disk is nearly full: ${(full.freeBytes / 1e9).toFixed(1)} GB are free`);
  if (clock && Math.abs(clock.milliseconds) > skewMs + clock.within)
    found.push(
      `its clock is ${Math.round(Math.abs(clock.milliseconds) / 1000)} s ${clock.milliseconds > 0 ? "ahead" : "behind"}`,
    );
  if (updates.security)
    found.push(`${updates.security} security ${updates.security === 1 ? "update waits" : "updates wait"}`);
  if (updates.reboot) found.push("it waits to be started anew");
  if (user.sudo === "none" && docker.state !== "running") found.push(`${user.name} may not become root`);
  return found;
}
