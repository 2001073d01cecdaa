import { readdirSync } from "node:fs";
import type { BaseAgent, ParsedKey, SigningRequestOptions } from "ssh2";
import type { Ssh } from "./library.ts";
import type { SshMachine } from "./machine.ts";

/** The keys that an agent holds, and what signs with them. */
export interface AgentKeys {
  keys: readonly ParsedKey[];
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
  const keys = await identities(agent).catch(() => []);
  return { keys, sign: (key, data, hash) => signature(agent, key, data, hash) };
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
