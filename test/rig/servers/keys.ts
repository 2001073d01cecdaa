import { readFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../../../src/engine/process/index.ts";

export interface KeyPair {
  /** Path of the private key, readable by its owner alone. */
  file: string;
  /** `ssh-ed25519 AAAA…`, without a comment. */
  public: string;
}

export async function makeKey(
  folder: string,
  name: string,
  type: "ed25519" | "ecdsa" | "rsa",
  signal?: AbortSignal,
  passphrase = "",
): Promise<KeyPair> {
  const file = join(folder, name);
  const args = ["-q", "-t", type, "-N", passphrase, "-C", name, "-f", file];
  await run({ program: "ssh-keygen", args }, signal ? { signal } : {});
  const [kind, key] = readFileSync(`${file}.pub`, "utf8").split(" ");
  return { file, public: `${kind} ${key}` };
}
