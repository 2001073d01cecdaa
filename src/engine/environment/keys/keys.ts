import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { template } from "../../blueprint/index.ts";
import { fault } from "../../process/index.ts";
import { containerOf } from "../control.ts";
import type { Here } from "../here.ts";
import { type Kept, keepRelay } from "../relay/keep.ts";
import { passTo } from "../relay/pass.ts";
import { openRelay, RelayRefused } from "../relay/relay.ts";
import { attach, type Session } from "../session.ts";
import { agentOf, gitUser, knownHosts, toGit } from "./outside.ts";

/** What a program inside is given, to use the SSH agent and the credentials of this machine. */
export interface Keys extends Disposable {
  env: Readonly<Record<string, string>>;
  /** Once they can be used; also where they cannot: then programs inside go on without. */
  ready: Promise<void>;
  isOpen: () => boolean;
}

/** As its value, it keeps keys and credentials of this machine out of its containers. */
const off = "off";

/**
 * Leads the SSH agent and Git's credentials into a container, for as long as somebody works there through us. Nothing is
 * mounted for it: a socket of this machine cannot be where Docker has a machine of its own, its path is another at each
 * login, and who made the container could not tell. So it is led through the engine, as debuggers are.
 */
export async function openKeys(here: Here, name?: string): Promise<Keys> {
  const session = await attach(here);
  const of = name ?? session.layout.workspace.service;
  const { state } = await containerOf(session, of);
  if (state !== "running") throw fault("not-up", [session.profile.name]);
  // databases have nothing to fetch, and what is rehearsed is what servers run, without any of this
  return here.rehearsal || Object.hasOwn(session.profile.services, of) ? none : leadKeys(session, of);
}

const none: Keys = { env: {}, ready: Promise.resolve(), isOpen: () => true, [Symbol.dispose]: () => {} };

/** Answers at once: it opens meanwhile. */
export function leadKeys(session: Session, name: string): Keys {
  const { here, docker } = session;
  if (here.machine.env.SISTERSHIP_KEYS === off) return none;
  const inside = `/tmp/sistership-${randomBytes(6).toString("hex")}`;
  const agent = agentOf(here.machine);
  const state: { kept?: Kept; closed: boolean } = { closed: false };
  const open = async () => {
    const files = await filesOf(session, inside);
    const kept = await keepRelay(async () => {
      const { id } = await containerOf(session, name);
      const listen = {
        ...(agent === undefined ? {} : { agent: `${inside}/agent` }),
        credential: `${inside}/credential`,
      };
      return openRelay(docker, id, { listen, files }, (what, connection) => {
        if (what === "credential") void toGit(connection, here);
        else if (agent !== undefined) passTo(connection, { path: agent }); // it signs: no key leaves it
      });
    });
    if (state.closed) kept[Symbol.dispose]();
    state.kept = kept;
  };
  const ready = open().catch((thrown: unknown) => {
    if (!(thrown instanceof RelayRefused)) throw thrown; // no Perl, or nowhere to write: programs inside go on without
  });
  ready.catch(() => {}); // told to who waits for it
  return {
    env: {
      GIT_CONFIG_GLOBAL: `${inside}/gitconfig`,
      ...(agent === undefined ? {} : { SSH_AUTH_SOCK: `${inside}/agent` }),
    },
    ready,
    isOpen: () => state.kept?.isOpen() ?? !state.closed,
    [Symbol.dispose]: () => {
      state.closed = true;
      state.kept?.[Symbol.dispose]();
    },
  };
}

async function filesOf({ here, layout }: Session, inside: string): Promise<Record<string, string>> {
  const [{ name, email }, hosts] = await Promise.all([
    gitUser(here),
    readFile(knownHosts(here.machine), "utf8").catch(() => ""),
  ]);
  const user = [
    ...(name ? [`\tname = ${quoted(name)}`] : []),
    ...(email ? [`\temail = ${quoted(email)}`] : []),
  ];
  const trusted = `ssh -o 'UserKnownHostsFile=~/.ssh/known_hosts ${inside}/known_hosts'`;
  const config = [
    "# Of this machine's user, while they work inside. What ~/.gitconfig says inside stands above it.",
    "[safe]",
    `\tdirectory = ${quoted(layout.workspace.folder)}`,
    ...(user.length > 0 ? ["[user]", ...user] : []),
    "[credential]",
    `\thelper = ${inside}/git-credential`,
    ...(hosts === "" ? [] : ["[core]", `\tsshCommand = ${quoted(trusted)}`]),
    "[include]",
    "\tpath = ~/.config/git/config",
    "\tpath = ~/.gitconfig",
    "",
  ];
  return {
    [`${inside}/gitconfig`]: config.join("\n"),
    [`${inside}/git-credential`]: template("inside/git-credential.pl"),
    ...(hosts === "" ? {} : { [`${inside}/known_hosts`]: hosts }),
  };
}

const quoted = (text: string) => `"${text.replace(/[\\"]/g, "\\$&")}"`;
