import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { labelArgs } from "../docker/labels.ts";
import type { Docker } from "./docker.ts";
import { ownerLabel } from "./sweep.ts";

const tries = 10;

/**
 * A network with a subnet that was asked for: only there can a server that was cut off come back with its own address.
 * Docker knows which subnets are free, so it is asked for one first, and then for that very one.
 */
export async function makeNetwork(
  docker: Docker,
  name: string,
  owner: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const options = signal ? { signal } : {};
  const create = (...args: string[]) =>
    docker(
      ["network", "create", ...labelArgs(), "--label", `${ownerLabel}=${owner}`, ...args, name],
      options,
    );
  for (let attempt = 1; ; attempt++) {
    await create();
    const format = "{{(index .IPAM.Config 0).Subnet}}";
    const { stdout } = await docker(["network", "inspect", "--format", format, name], options);
    await docker(["network", "rm", name], options);
    try {
      await create("--subnet", stdout.trim(), ...ipv6());
      return;
    } catch (error) {
      // Somebody else may have been given it in between.
      const taken = error instanceof Error && /overlap/i.test(error.message);
      if (!taken || attempt === tries) throw error;
    }
  }
}

/** A private network of the newer kind too, where the kernel has it: nobody else's, for it is drawn by lot. */
function ipv6(): string[] {
  if (!existsSync("/proc/net/if_inet6")) return [];
  const [head, ...groups] =
    randomBytes(5)
      .toString("hex")
      .match(/^..|..../g) ?? [];
  return ["--ipv6", "--subnet", `fd${head}:${groups.join(":")}::/64`];
}
