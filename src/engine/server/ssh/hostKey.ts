import type { ServerHostKeyAlgorithm } from "ssh2";
import { fault } from "../../process/index.ts";
import { fingerprint, KnownHosts, remember, typeOf } from "./knownHosts.ts";
import type { Secrets } from "./secrets.ts";
import type { Settings } from "./settings.ts";

// As OpenSSH has them by default, without signatures by SHA-1.
const usual: readonly ServerHostKeyAlgorithm[] = [
  "ssh-ed25519",
  "ecdsa-sha2-nistp256",
  "ecdsa-sha2-nistp384",
  "ecdsa-sha2-nistp521",
  "rsa-sha2-512",
  "rsa-sha2-256",
];

/** The host key algorithms to ask for: those first by which the host is known, or it would show a key that we cannot compare. */
export function hostKeyAlgorithms(settings: Settings): ServerHostKeyAlgorithm[] {
  const types = known(settings).types;
  const rank = (algorithm: string) =>
    types.includes(algorithm.startsWith("rsa-") ? "ssh-rsa" : algorithm) ? 0 : 1;
  return usual.toSorted((a, b) => rank(a) - rank(b));
}

/** Lets a host key pass, or throws; a key that is seen for the first time only where a person trusts it. */
export async function checkHostKey(
  key: Buffer,
  name: string,
  settings: Settings,
  secrets: Secrets,
): Promise<void> {
  const verdict = known(settings).verdict(key);
  const has = `${typeOf(key)} ${fingerprint(key)}`;
  switch (verdict.verdict) {
    case "known":
      return;
    case "revoked":
      throw fault("host-key-revoked", [name, has, place(verdict.known)]);
    case "changed": {
      const before = `${verdict.known.type} ${fingerprint(verdict.known.key)}`;
      throw fault("host-key-changed", [name, has, before, place(verdict.known)]);
    }
    case "authority":
      throw fault("host-key-unknown", [
        name,
        has,
        `${place(verdict.known)} trusts an authority instead, whose certificates Sistership cannot check. Add the key itself to your known hosts`,
      ]);
    case "unknown":
      break;
  }
  if (settings.knownOnly)
    throw fault("host-key-unknown", [
      name,
      has,
      "StrictHostKeyChecking of your SSH configuration forbids to ask. Connect once in a terminal and compare the fingerprint",
    ]);
  await secrets.turn(async () => {
    // Several connections may have met the same host at the same time.
    if (known(settings).verdict(key).verdict === "known") return;
    const { hostname, port, hostKeyName } = settings;
    const address = port === 22 ? hostname : `${hostname}:${port}`;
    const host = { name, address, type: typeOf(key), fingerprint: fingerprint(key) };
    if (!(await secrets.asker.trust(host)))
      throw fault("host-key-unknown", [
        name,
        has,
        "it was not confirmed. Compare the fingerprint, then try again",
      ]);
    const [file] = settings.userKnownHosts;
    if (file !== undefined) remember(file, hostKeyName, portOf(settings), key, settings.hashKnownHosts);
  });
}

/** What this machine knows of a host's keys. */
export function known(settings: Settings): KnownHosts {
  const files = [...settings.userKnownHosts, ...settings.globalKnownHosts];
  return new KnownHosts(files, settings.hostKeyName, portOf(settings));
}

/** A HostKeyAlias stands for host and port. */
function portOf({ hostKeyAlias, port }: Settings): number {
  return hostKeyAlias ? 22 : port;
}

function place({ file, line }: { file: string; line: number }): string {
  return `${file}, line ${line}`;
}
