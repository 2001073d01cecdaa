import { fault } from "../../process/index.ts";
import { type Directive, readConfig } from "./config.ts";
import { type Destination, type SshMachine, systemConfig, userConfig } from "./machine.ts";
import { matchApplies } from "./match.ts";
import { matchesAny } from "./patterns.ts";
import { words } from "./words.ts";

/** What an SSH configuration says for one host: of each keyword the value that came first, as it stands there. */
export interface Effective {
  one(keyword: string): string | undefined;
  all(keyword: string): readonly string[];
  /** Where the value was found. */
  where(keyword: string): Pick<Directive, "file" | "line"> | undefined;
}

/** Keywords whose values add up instead. */
const adding = new Set(["identityfile", "certificatefile"]);
/** Keywords with a list of words as their value. */
const lists = new Set(["userknownhostsfile", "globalknownhostsfile"]);
/** Keywords whose value is the rest of the line. */
const lines = new Set(["proxycommand", "proxyjump"]);
const aliases = new Map([
  ["challengeresponseauthentication", "kbdinteractiveauthentication"],
  ["skeyauthentication", "kbdinteractiveauthentication"],
  ["tisauthentication", "kbdinteractiveauthentication"],
  ["keepalive", "tcpkeepalive"],
  ["dsaauthentication", "pubkeyauthentication"],
]);

/** The effective settings of a host, computed as OpenSSH does: the first value that applies wins. */
export function effective(target: Destination, machine: SshMachine): Effective {
  const files = [readConfig(userConfig(machine), machine.home, "user")];
  const system = systemConfig(machine);
  if (system !== undefined) files.push(readConfig(system, machine.home, "system"));

  const values = new Map<string, readonly string[]>();
  const places = new Map<string, Directive>();
  if (target.user !== undefined) values.set("user", [target.user]);
  if (target.port !== undefined) values.set("port", [String(target.port)]);
  let wantsFinal = false;
  for (const directives of files) walk(directives, true, false, false);
  if (wantsFinal) {
    values.set("hostname", [hostname().toLowerCase()]);
    for (const directives of files) walk(directives, true, false, true);
  }
  return {
    one: (keyword) => values.get(keyword)?.[0],
    all: (keyword) => values.get(keyword) ?? [],
    where: (keyword) => places.get(keyword),
  };

  function hostname(): string {
    const [name] = values.get("hostname") ?? [];
    return name === undefined
      ? target.host
      : name.replace(/%([%h])/g, (_, sign) => (sign === "h" ? target.host : "%"));
  }

  /** `never`: inside an Include that does not apply, where nothing does. */
  function walk(directives: readonly Directive[], begin: boolean, never: boolean, final: boolean): void {
    let active = begin;
    for (const directive of directives) {
      const { keyword } = directive;
      if (keyword === "host")
        active = !never && matchesAny(final ? hostname() : target.host, wordsOf(directive));
      else if (keyword === "match") active = applies(directive, never, final);
      else if (directive.included) {
        for (const file of directive.included) walk(file, active, never || !active, final);
      } else if (active) set(directive);
    }
  }

  function applies(directive: Directive, never: boolean, final: boolean): boolean {
    const user = values.get("user")?.[0] ?? machine.user;
    const situation = {
      original: target.host,
      host: hostname(),
      user,
      localUser: machine.user,
      never,
      final,
    };
    return matchApplies(directive, situation, () => {
      wantsFinal = true;
    });
  }

  function set(directive: Directive): void {
    const keyword = aliases.get(directive.keyword) ?? directive.keyword;
    const found = lines.has(keyword) ? [directive.rest] : wordsOf(directive);
    if (found.length === 0 || found[0] === "") return;
    if (adding.has(keyword)) {
      const before = values.get(keyword) ?? [];
      const [file = ""] = found;
      if (!before.includes(file)) values.set(keyword, [...before, file]);
      return;
    }
    // of these two, only the one that comes first is heard
    if (keyword === "proxycommand" && values.has("proxyjump")) return;
    if (keyword === "proxyjump" && values.has("proxycommand")) return;
    if (values.has(keyword)) return;
    values.set(keyword, lists.has(keyword) ? found : found.slice(0, 1));
    places.set(keyword, directive);
  }
}

function wordsOf(directive: Directive): string[] {
  const found = words(directive.rest);
  if (found) return found;
  throw fault("ssh-config", [directive.file, directive.line, "a quotation mark is not closed"]);
}
