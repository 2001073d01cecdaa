import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Fault, run } from "../../../src/engine/process/index.ts";

/** An apt of its own beside the machine's: own sources, lists and cache, the machine's keys and mirrors. */
export interface Apt {
  update(signal?: AbortSignal): Promise<void>;
  /** Downloads packages, without what they depend on, into a folder. */
  download(packages: readonly string[], into: string, signal?: AbortSignal): Promise<void>;
  /** Installs packages on this machine; needs root and a suite that is the machine's own. */
  install(packages: readonly string[], signal?: AbortSignal): Promise<void>;
}

/** The machine's Debian sources as they are, for another suite: `bookworm-security` becomes `trixie-security`. */
export function sourcesFor(suite: string, own: string, sources: readonly SourceFile[]): SourceFile[] {
  const names = new RegExp(`\\b${own}(?=$|[-\\s/])`, "gm");
  const ofDebian = (text: string) => new RegExp(`\\b${own}\\b`).test(text) && !/^\s*#/.test(text);
  return sources
    .map(({ name, text }) => {
      const parts = name.endsWith(".sources") ? stanzas(text) : text.split("\n");
      const kept = parts.filter(ofDebian).map((part) => part.replace(names, suite));
      return { name, text: `${kept.join(name.endsWith(".sources") ? "\n\n" : "\n")}\n` };
    })
    .filter(({ text }) => text.trim() !== "");
}

export interface SourceFile {
  name: string;
  text: string;
}

/** What the machine itself installs from. */
export function readSources(etc = "/etc/apt"): SourceFile[] {
  const folder = join(etc, "sources.list.d");
  const files = existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => /\.(list|sources)$/.test(name))
        .map((name) => ({ name, text: readFileSync(join(folder, name), "utf8") }))
    : [];
  const main = join(etc, "sources.list");
  if (existsSync(main)) files.unshift({ name: "main.list", text: readFileSync(main, "utf8") });
  return files;
}

export function aptFor(suite: string, own: string, folder: string): Apt {
  const sources = join(folder, "sources");
  rmSync(sources, { recursive: true, force: true });
  for (const dir of ["sources", "lists/partial", "cache/archives/partial"]) {
    mkdirSync(join(folder, dir), { recursive: true });
  }
  const files = sourcesFor(suite, own, readSources());
  if (files.length === 0) {
    throw new Error(
      `No Debian mirror is named in /etc/apt: add one for ${own} to /etc/apt/sources.list.d, then try again.`,
    );
  }
  for (const { name, text } of files) writeFileSync(join(sources, name), text);
  const options = [
    ["Dir::State::lists", join(folder, "lists")],
    ["Dir::Cache", join(folder, "cache")],
    ["Dir::Etc::sourcelist", "/dev/null"],
    ["Dir::Etc::sourceparts", sources],
    ["Dir::Etc::preferencesparts", "/dev/null"],
    ["APT::Sandbox::User", "root"],
    ["APT::Update::Error-Mode", "any"],
    ["Acquire::Languages", "none"],
    ["Acquire::Retries", "2"],
    ["DPkg::Lock::Timeout", "120"],
  ].flatMap(([name, value]) => ["-o", `${name}=${value}`]);
  const apt = (args: readonly string[], cwd: string, signal?: AbortSignal) =>
    run(
      {
        program: "apt-get",
        args: ["-q", "-y", ...options, ...args],
        cwd,
        env: { DEBIAN_FRONTEND: "noninteractive", LC_ALL: "C" },
      },
      signal ? { signal } : {},
    ).catch((error: unknown) => {
      throw explain(error, args);
    });
  return {
    update: async (signal) => void (await apt(["update"], folder, signal)),
    download: async (packages, into, signal) => void (await apt(["download", ...packages], into, signal)),
    install: async (packages, signal) =>
      void (await apt(["install", "--no-install-recommends", ...packages], folder, signal)),
  };
}

function stanzas(text: string): string[] {
  return text
    .split("\n")
    .filter((line) => !line.startsWith("#"))
    .join("\n")
    .split(/\n\s*\n/)
    .filter((stanza) => stanza.trim() !== "");
}

function explain(error: unknown, args: readonly string[]): unknown {
  if (!(error instanceof Fault) || error.code === "cancelled") return error;
  const what = args.join(" ");
  const unreachable = error.lastLines.find((line) =>
    /Temporary failure|Could not (resolve|connect)|Failed to fetch|Unable to connect|timed out/i.test(line),
  );
  if (unreachable !== undefined) {
    return new Error(
      `apt-get ${what} reached no Debian mirror (${unreachable.trim()}): check the network or the proxy in /etc/apt, then try again.`,
      { cause: error },
    );
  }
  return new Error(`apt-get ${what} failed: ${error.says} Run it by hand to see why.`, { cause: error });
}
