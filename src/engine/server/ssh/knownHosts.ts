import { createHash, createHmac, randomBytes } from "node:crypto";
import { appendFileSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { fault } from "../../process/index.ts";
import { matchesList } from "./patterns.ts";

/** A key that a known_hosts file gives for some hosts. */
interface KnownKey {
  marker: "cert-authority" | "revoked" | undefined;
  names: string;
  type: string;
  key: Buffer;
  file: string;
  line: number;
}

/** What the known_hosts files say of the key that a host shows. */
export type Verdict =
  | { verdict: "known" }
  | { verdict: "unknown" }
  | { verdict: "authority"; known: KnownKey }
  | { verdict: "changed"; known: KnownKey }
  | { verdict: "revoked"; known: KnownKey };

/** The keys that known_hosts files have for a host. */
export class KnownHosts {
  readonly #name: string;
  readonly #keys: readonly KnownKey[];
  /** What is said of the name without the port; enough to know a key by, not to call it changed. */
  readonly #plain: readonly KnownKey[];

  constructor(files: readonly string[], host: string, port: number) {
    this.#name = nameFor(host, port);
    const all = files.flatMap(read);
    this.#keys = all.filter(({ names }) => namesMatch(names, this.#name));
    this.#plain = port === 22 ? [] : all.filter(({ names }) => namesMatch(names, host));
  }

  /** The types of key that the host is known by. */
  get types(): string[] {
    const own = this.#keys.length > 0 ? this.#keys : this.#plain;
    return [...new Set(own.filter(({ marker }) => marker === undefined).map(({ type }) => type))];
  }

  /** What is known of the host alone, for another machine's file: its name in clear, none of its patterns or hashes. */
  get lines(): string[] {
    const trusted = this.#keys.filter(({ marker }) => marker !== "revoked");
    const own = trusted.length > 0 ? trusted : this.#plain.filter(({ marker }) => marker === undefined);
    const lines = own.map(({ marker, type, key }) =>
      [...(marker ? [`@${marker}`] : []), this.#name, type, key.toString("base64")].join(" "),
    );
    return [...new Set(lines)];
  }

  verdict(key: Buffer): Verdict {
    const all = [...this.#keys, ...this.#plain];
    const same = (known: KnownKey) => known.key.equals(key);
    const revoked = all.find((known) => known.marker === "revoked" && same(known));
    if (revoked) return { verdict: "revoked", known: revoked };
    if (all.some((known) => known.marker === undefined && same(known))) return { verdict: "known" };
    const type = typeOf(key);
    const plain = this.#keys.filter(({ marker }) => marker === undefined);
    // Keys of the types that are known were asked for first: a server that has none of them any more has changed too.
    const [other] = plain.toSorted((a, b) => Number(b.type === type) - Number(a.type === type));
    if (other) return { verdict: "changed", known: other };
    const authority = this.#keys.find(({ marker }) => marker === "cert-authority");
    return authority ? { verdict: "authority", known: authority } : { verdict: "unknown" };
  }
}

/** Adds a host's key to a known_hosts file, of which nothing else changes. */
export function remember(file: string, host: string, port: number, key: Buffer, hashed: boolean): void {
  const name = nameFor(host, port);
  const text = `${hashed ? hash(name, randomBytes(20)) : name} ${typeOf(key)} ${key.toString("base64")}\n`;
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    appendFileSync(file, endsInLine(file) ? text : `\n${text}`, { mode: 0o600 });
  } catch (error) {
    throw fault("not-written", [file, error instanceof Error ? error.message : String(error)], {
      cause: error,
    });
  }
}

export function fingerprint(key: Buffer): string {
  return `SHA256:${createHash("sha256").update(key).digest("base64").replace(/=+$/, "")}`;
}

/** A public key begins with the name of its type. */
export function typeOf(key: Buffer): string {
  return key.length < 4 ? "" : key.toString("latin1", 4, 4 + key.readUInt32BE(0));
}

function nameFor(host: string, port: number): string {
  return port === 22 ? host : `[${host}]:${port}`;
}

function read(file: string): KnownKey[] {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    return []; // ssh, too, knows no host from a file that is not there or not readable
  }
  return text.split("\n").flatMap((line, index) => {
    const [, mark, names = "", type = "", base64 = ""] =
      /^[ \t]*(?:@(\S+)[ \t]+)?([^\s#@]\S*)[ \t]+(\S+)[ \t]+([A-Za-z0-9+/]+=*)/.exec(line) ?? [];
    const key = Buffer.from(base64, "base64");
    const marker = mark === "cert-authority" || mark === "revoked" ? mark : undefined;
    if (typeOf(key) !== type || type === "" || (mark !== undefined && marker === undefined)) return [];
    return [{ marker, names, type, key, file, line: index + 1 }];
  });
}

function namesMatch(names: string, name: string): boolean {
  const [, salt] = /^\|1\|([^|]+)\|[^|]+$/.exec(names) ?? [];
  if (salt !== undefined) return names === hash(name, Buffer.from(salt, "base64"));
  return matchesList(name.toLowerCase(), names.toLowerCase());
}

function hash(name: string, salt: Buffer): string {
  const digest = createHmac("sha1", salt).update(name).digest("base64");
  return `|1|${salt.toString("base64")}|${digest}`;
}

/** Whether the file is empty or ends as lines do; a hand may have left the last one open. */
function endsInLine(file: string): boolean {
  try {
    return statSync(file).size === 0 || readFileSync(file).at(-1) === 0x0a;
  } catch {
    return true;
  }
}
