import { homedir, hostname, userInfo } from "node:os";
import { join } from "node:path";
import {
  type Asker,
  inventoryFiles,
  type KnownServer,
  knownServers,
  openInventory,
  type Pool,
  pool,
  type SshMachine,
  sshHosts,
} from "../engine/server/index.ts";
import { machineOf, type World } from "./context.ts";
import { askHidden, confirmed } from "./prompt.ts";

export interface ReachOptions {
  /** Where the team's list of servers is. */
  folder: string;
  /** A configuration of SSH in place of the user's own. */
  sshConfig?: string;
}

/** The servers that a name may lead to, at a prompt: the team's, the user's, and hosts of the SSH configuration. */
export function serversAt(world: World, { folder, sshConfig }: ReachOptions): KnownServer[] {
  const files = inventoryFiles(folder, machineOf(world));
  const home = homedir();
  return knownServers({
    team: openInventory(files.team).entries,
    own: openInventory(files.own).entries,
    hosts: sshHosts(sshConfig ?? join(home, ".ssh", "config"), home).map(({ name }) => name),
  });
}

/** Connections for a command, which closes them. */
export function poolAt(world: World, options: Pick<ReachOptions, "sshConfig">): Pool {
  return pool(sshMachineOf(world, options), terminalAsker(world));
}

/** What the SSH of this prompt goes by. */
export function sshMachineOf(world: World, { sshConfig }: Pick<ReachOptions, "sshConfig">): SshMachine {
  const { home, env, platform } = machineOf(world);
  return {
    configFile: sshConfig,
    home,
    user: userInfo().username,
    hostname: hostname(),
    env,
    platform,
  };
}

/** Whoever sits at the terminal. Where nobody does, every answer is no: nothing is trusted, nothing is made up. */
function terminalAsker({ stderr }: World): Asker {
  const secret = async (question: string) => {
    if (!process.stdin.isTTY) return undefined;
    return (await askHidden(question, stderr)) || undefined;
  };
  return {
    async trust({ name, address, type, fingerprint }) {
      if (!process.stdin.isTTY) return false;
      stderr.write(
        `${name} (${address}) is met for the first time. Its ${type} key is\n  ${fingerprint}\nCompare it with what its provider shows.\n`,
      );
      return confirmed("Is it the same?", stderr);
    },
    passphrase: (keyFile) => secret(`Passphrase of ${keyFile}: `),
    password: ({ user, host, prompt }) => secret(`${user}@${host}: ${prompt.trim()} `),
    sudo: ({ user, host }) => secret(`Password of ${user} on ${host}, for sudo: `),
  };
}
