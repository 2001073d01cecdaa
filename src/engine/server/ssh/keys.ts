import { readFileSync, statSync } from "node:fs";
import type { ParsedKey } from "ssh2";
import { type Fault, fault } from "../../process/index.ts";
import type { Ssh } from "./library.ts";
import type { SshMachine } from "./machine.ts";
import type { Secrets } from "./secrets.ts";

/** A key file as far as it can be known without its passphrase. */
export interface KeyFile {
  file: string;
  /** Undefined where only the passphrase shows it. */
  publicKey: ParsedKey | undefined;
  /** The key itself; asks for its passphrase where it has one. Undefined where the file has the public half alone. */
  open: ((refused: (reason: string) => Fault) => Promise<ParsedKey>) | undefined;
}

const tries = 3;

/** Reads a key file; undefined where there is none. One that others can read is refused, as ssh does. */
export function readKey(
  file: string,
  ssh: Ssh,
  secrets: Secrets,
  { platform }: SshMachine,
): KeyFile | undefined {
  const text = readIfThere(file);
  if (text === undefined || ssh.isPublic(text)) {
    // The other half may be in the agent.
    const publicKey = parsed(text ?? readIfThere(`${file}.pub`), ssh);
    return publicKey && { file, publicKey, open: undefined };
  }
  const { mode } = statSync(file);
  if (platform !== "win32" && (mode & 0o077) !== 0)
    throw fault("key-open", [file, (mode & 0o777).toString(8).padStart(4, "0")]);
  const key = ssh.parse(text);
  if (!(key instanceof Error)) return { file, publicKey: key, open: async () => key };
  if (!/passphrase/i.test(key.message)) return undefined; // no key, or of a kind that is not understood
  const publicKey = ssh.publicOf(text) ?? parsed(readIfThere(`${file}.pub`), ssh);
  return {
    file,
    publicKey,
    open: (refused) => secrets.keys.once(file, () => decrypt(file, text, ssh, secrets, refused)),
  };
}

/** The kind of a key file, where we can use none of that kind; undefined where it is damaged, or no key. */
export function foreignKind(file: string, ssh: Ssh): string | undefined {
  try {
    const text = readIfThere(file);
    return text && ssh.foreignKind(text);
  } catch {
    return undefined; // it is cut short, or something else
  }
}

function decrypt(
  file: string,
  text: Buffer,
  ssh: Ssh,
  secrets: Secrets,
  refused: (reason: string) => Fault,
): Promise<ParsedKey> {
  return secrets.turn(async () => {
    let last: string | undefined;
    for (let turn = 0; turn < tries; turn++) {
      const passphrase = await secrets.asker.passphrase(file);
      if (passphrase === undefined) throw refused(`the passphrase of ${file} was not given`);
      if (passphrase === last) break; // whoever answers is no person, and will not think again
      last = passphrase;
      const key = ssh.parse(text, passphrase);
      if (!(key instanceof Error)) return key;
    }
    throw fault("passphrase-wrong", [file]);
  });
}

function parsed(text: Buffer | undefined, ssh: Ssh): ParsedKey | undefined {
  const key = text === undefined ? undefined : ssh.parse(text);
  return key instanceof Error ? undefined : key;
}

function readIfThere(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined; // as ssh does, which goes on to the others
  }
}
