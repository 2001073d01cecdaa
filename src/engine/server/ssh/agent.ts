import { readdirSync } from "node:fs";
import { connect } from "node:net";
import type { BaseAgent, ParsedKey, SigningRequestOptions } from "ssh2";
import { kindOf, type Ssh } from "./library.ts";
import type { SshMachine } from "./machine.ts";

/** The keys that an agent holds, and what signs with them. */
export interface AgentKeys {
  keys: readonly ParsedKey[];
  /** The kinds of its other keys, which we cannot use. */
  foreign: readonly string[];
  sign(key: ParsedKey, data: Buffer, hash: string | undefined): Promise<Buffer>;
}

/** Asks the agent for its keys. One that does not answer has none: the key files are still there. */
export async function agentKeys(
  path: string | undefined,
  ssh: Ssh,
  machine: SshMachine,
): Promise<AgentKeys | undefined> {
  const place = path ?? (machine.platform === "win32" ? pipe() : undefined);
  if (place === undefined || place === "none") return undefined;
  const agent = ssh.agent(place);
  const [keys, kinds] = await Promise.all([
    identities(agent).catch(() => []),
    kindsIn(place).catch(() => []),
  ]);
  const known = new Set<string>(keys.map(({ type }) => type));
  return {
    keys,
    foreign: [...new Set(kinds)].filter((kind) => !known.has(kind)),
    sign: (key, data, hash) => signature(agent, key, data, hash),
  };
}

/** The pipe of Windows' own agent, or of Pageant, whichever runs. */
function pipe(): string | undefined {
  const folder = "\\\\.\\pipe\\";
  const names = readdirSync(folder);
  const name =
    names.find((one) => one === "openssh-ssh-agent") ?? names.find((one) => one.startsWith("pageant."));
  return name === undefined ? undefined : `${folder}${name}`;
}

function identities(agent: BaseAgent): Promise<ParsedKey[]> {
  return new Promise((resolve, reject) => {
    agent.getIdentities((error, keys = []) => {
      if (error) reject(error);
      else resolve(keys.filter(isKey));
    });
  });
}

function isKey(key: ParsedKey | Buffer | string | { pubKey: unknown }): key is ParsedKey {
  return typeof key === "object" && "getPublicSSH" in key;
}

function signature(
  agent: BaseAgent,
  key: ParsedKey,
  data: Buffer,
  hash: string | undefined,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const options: SigningRequestOptions = {};
    if (hash === "sha1" || hash === "sha256" || hash === "sha512") options.hash = hash;
    agent.sign(key, data, options, (error, signed) => {
      if (signed) resolve(signed);
      else reject(error ?? new Error("The agent did not sign"));
    });
  });
}

const listKeys = Buffer.from([0, 0, 0, 1, 11]);
const keysListed = 12;
const patienceMs = 2_000;

/** The kinds of all keys that an agent holds: the library leaves out those that it does not understand. */
async function kindsIn(place: string): Promise<string[]> {
  const socket = connect(place);
  socket.setTimeout(patienceMs, () => socket.destroy());
  try {
    socket.write(listKeys);
    let said = Buffer.alloc(0);
    for await (const piece of socket) {
      said = Buffer.concat([said, piece]);
      if (said.length >= 4 && said.length >= 4 + said.readUInt32BE(0)) break;
    }
    return said[4] === keysListed ? kindsOf(said.subarray(5)) : [];
  } finally {
    socket.destroy();
  }
}

/** How many, then each key and what it is called; a key begins with its kind. */
function kindsOf(listed: Buffer): string[] {
  let at = 4;
  const next = () => {
    const begin = at + 4;
    at = begin + listed.readUInt32BE(at);
    return listed.subarray(begin, at);
  };
  return Array.from({ length: listed.readUInt32BE(0) }, () => {
    const key = next();
    next();
    return kindOf(key);
  });
}
