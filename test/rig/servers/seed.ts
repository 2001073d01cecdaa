import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../../../src/engine/process/index.ts";
import { makeKey } from "./keys.ts";

interface Wanted {
  user: string;
  /** Let in as that user. */
  clientKey: string;
  sudoPassword: string | undefined;
}

/**
 * Writes what a server finds as /seed at its first start (images/scripts/server-start.sh reads it), and hands back
 * the host key that its clients are to know.
 */
export async function writeSeed(folder: string, wanted: Wanted, signal?: AbortSignal): Promise<string> {
  mkdirSync(folder, { mode: 0o700 });
  const put = (name: string, text: string) => writeFileSync(join(folder, name), text, { mode: 0o600 });
  put("user", wanted.user);
  put("authorized_keys", `${wanted.clientKey}\n`);
  put("apt.conf", await aptSettings(signal));
  if (wanted.sudoPassword !== undefined) put("password", `${wanted.user}:${wanted.sudoPassword}\n`);
  const [hostKey] = await Promise.all([
    makeKey(folder, "ssh_host_ed25519_key", "ed25519", signal),
    // Servers have keys that their clients have not met.
    makeKey(folder, "ssh_host_ecdsa_key", "ecdsa", signal),
  ]);
  return hostKey.public;
}

const carriedOver =
  /^Acquire::(https?::.*proxy.*|ftp::.*proxy.*|check-(valid-until|date)|https::.*(cainfo|verify-peer)) /i;

/** How this machine's apt reaches its mirrors: proxies, and whether a mirror may be a snapshot of some weeks ago. */
async function aptSettings(signal?: AbortSignal): Promise<string> {
  const { stdout } = await run({ program: "apt-config", args: ["dump"] }, signal ? { signal } : {});
  const kept = stdout.split("\n").filter((line) => carriedOver.test(line) && !line.endsWith(' "";'));
  return kept.map((line) => `${line}\n`).join("");
}
