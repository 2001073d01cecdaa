import assert from "node:assert/strict";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { Fault, type FaultCode } from "../../src/engine/process/index.ts";
import { type Asker, type Pool, pool, type SshMachine } from "../../src/engine/server/index.ts";
import type { Address } from "../rig/servers/server.ts";

/** What a person would answer; what is not given is "no". All that was asked is kept. */
interface Person {
  trust?: boolean;
  passphrase?: string | readonly string[];
  password?: string | readonly string[];
  sudo?: string | readonly string[];
}

export interface Desk extends AsyncDisposable {
  readonly folder: string;
  readonly configFile: string;
  readonly knownHosts: string;
  readonly pool: Pool;
  /** The questions that were asked so far. */
  readonly asked: readonly string[];
}

/** A machine that connects: the configuration of the rig's servers with something changed, and a person before it. */
export function desk(
  server: Address,
  change: (config: string) => string = (config) => config,
  person: Person = {},
  env: SshMachine["env"] = {},
): Desk {
  const folder = mkdtempSync(join(tmpdir(), "sistership-"));
  const configFile = join(folder, "config");
  const knownHosts = join(folder, "known_hosts");
  copyFileSync(server.knownHosts, knownHosts);
  const config = readFileSync(server.sshConfig, "utf8").replaceAll(server.knownHosts, knownHosts);
  writeFileSync(configFile, change(config));
  const { username: user } = userInfo();
  const asked: string[] = [];
  const answers = new Map<string, number>();
  const answer = (kind: string, given: string | readonly string[] | undefined) => {
    const at = answers.get(kind) ?? 0;
    answers.set(kind, at + 1);
    return typeof given === "object" ? given[at] : given;
  };
  const asker: Asker = {
    async trust({ name, address, type, fingerprint }) {
      asked.push(`trust ${name} ${address} ${type} ${fingerprint}`);
      return person.trust ?? false;
    },
    async passphrase(file) {
      asked.push(`passphrase ${file}`);
      return answer("passphrase", person.passphrase);
    },
    async password({ user, prompt }) {
      asked.push(`password ${user} ${prompt.trim()}`);
      return answer("password", person.password);
    },
    async sudo({ user }) {
      asked.push(`sudo ${user}`);
      return answer("sudo", person.sudo);
    },
  };
  const machine = { configFile, home: folder, user, hostname: "desk", env, platform: process.platform };
  const connections = pool(machine, asker);
  return {
    ...{ folder, configFile, knownHosts, pool: connections, asked },
    async [Symbol.asyncDispose]() {
      await connections[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true });
    },
  };
}

/** Every line of a keyword with another value. */
export const set = (keyword: string, value: string) => (config: string) =>
  config.replaceAll(new RegExp(`^  ${keyword} .*$`, "gm"), `  ${keyword} ${value}`);

export function fails(promise: Promise<unknown>, code: FaultCode, says: RegExp): Promise<void> {
  return assert.rejects(promise, (thrown) => {
    assert.ok(thrown instanceof Fault, String(thrown));
    assert.match(`${thrown.code}: ${thrown.says}`, new RegExp(`^${code}: `));
    assert.match(thrown.says, says);
    return true;
  });
}
