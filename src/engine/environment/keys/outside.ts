import { join } from "node:path";
import type { Duplex } from "node:stream";
import type { Machine } from "../../docker/index.ts";
import { run } from "../../process/index.ts";

/** Where the SSH agent of this machine listens. */
export function agentOf({ env, platform }: Machine): string | undefined {
  return env.SSH_AUTH_SOCK || (platform === "win32" ? "\\\\.\\pipe\\openssh-ssh-agent" : undefined);
}

const asked: Readonly<Record<string, string>> = { get: "fill", store: "approve", erase: "reject" };

/** Answers what Git asks inside by what Git knows outside; nothing is kept here or there. */
export async function toGit(connection: Duplex, { folder, machine }: { folder: string; machine: Machine }) {
  try {
    let text = "";
    // what is said ends before the answer begins
    for await (const chunk of connection.iterator({ destroyOnReturn: false })) {
      text += chunk;
      if (text.length > 65_536) throw new Error("that is no question of Git's");
    }
    const [action = "", ...lines] = text.split("\n");
    const command = asked[action];
    if (command === undefined) return;
    const { stdout } = await run(
      {
        program: "git",
        args: ["credential", command],
        input: lines.join("\n"),
        cwd: folder,
        // the terminal is the one inside: there, Git asks by itself for what is not known here
        env: { ...machine.env, GIT_TERMINAL_PROMPT: "0" },
      },
      { accept: [0, 1, 128], timeoutMs: 300_000 },
    );
    connection.end(stdout);
  } catch {
    // no Git outside, or nobody inside any more: Git goes on as without a helper
  } finally {
    connection.end();
  }
}

/** Who the user is to Git in this folder. */
export async function gitUser({ folder, machine: { env } }: { folder: string; machine: Machine }) {
  const ask = async (name: string) => {
    const command = { program: "git", args: ["config", "--get", name], cwd: folder, env };
    const told = await run(command, { accept: [0, 1, 128], timeoutMs: 5000 }).catch(() => undefined);
    return told?.stdout.trim() ?? "";
  };
  const [name, email] = await Promise.all([ask("user.name"), ask("user.email")]);
  return { name, email };
}

/** The file of the hosts that the user trusts already. */
export const knownHosts = ({ home }: Machine): string => join(home, ".ssh", "known_hosts");
