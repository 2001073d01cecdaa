import { type Docker, execIn } from "./docker.ts";
import { ready } from "./ready.ts";
import type { Server, Slowness, SshdOptions } from "./server.ts";
import { configureSshd } from "./sshd.ts";
import { trouble } from "./trouble.ts";

interface Place {
  docker: Docker;
  container: string;
  hostname: string;
  network: string;
  address: string;
  address6: string | undefined;
}

/** What can happen to a server. */
export function faultsOf(
  place: Place,
): Pick<Server, "cut" | "slow" | "pause" | "restart" | "booted" | "sshd"> {
  const { docker, container, hostname, network, address, address6 } = place;
  const addresses = ["--ip", address, ...(address6 === undefined ? [] : ["--ip6", address6])];
  let slowness: Slowness | undefined;
  let sshdOptions: SshdOptions | undefined;

  const applySlowness = async () => {
    const { mbit = 0, delayMs = 0 } = slowness ?? {};
    const how = slowness === undefined ? ["off"] : [String(mbit), String(delayMs)];
    await execIn(docker, container, ["/usr/local/lib/rig/slow", address, ...how]);
  };
  /** A network device that was taken away and came back has forgotten its limits. */
  const applyAgain = async () => {
    if (slowness !== undefined) await applySlowness();
  };

  return {
    async cut() {
      await docker(["network", "disconnect", network, container]);
      return trouble(async () => {
        await docker(["network", "connect", ...addresses, "--alias", hostname, network, container]);
        await ready(docker, container, address);
        await applyAgain();
      });
    },
    async slow(wanted) {
      slowness = wanted;
      await applySlowness();
      return trouble(async () => {
        if (slowness !== wanted) return; // another has taken its place
        slowness = undefined;
        await applySlowness();
      });
    },
    async pause() {
      await docker(["pause", container]);
      return trouble(async () => void (await docker(["unpause", container])));
    },
    async restart() {
      await docker(["restart", container]);
      await ready(docker, container, address);
      await applyAgain();
    },
    booted: () => ready(docker, container, address),
    async sshd(wanted) {
      sshdOptions = wanted;
      await configureSshd(docker, container, wanted);
      return trouble(async () => {
        if (sshdOptions === wanted) await configureSshd(docker, container, {});
      });
    },
  };
}
