import { readFileSync } from "node:fs";
import { join } from "node:path";

export type Suite = "bookworm" | "trixie";

/** An image of the rig under its official name, as data. */
export type Definition =
  /** A Debian without a Dockerfile below it. */
  | { is: "base"; name: string; aliases: readonly string[]; suite: Suite }
  | {
      is: "built";
      name: string;
      aliases: readonly string[];
      /** Whole, with its FROM lines; names of other images of the rig in them are built first. */
      dockerfile: string;
      /** Files of scripts/ that stand in the build's context. */
      scripts?: readonly string[];
      /** npm packages, NAME@VERSION, that stand in the build's context as NAME.tgz. */
      npm?: readonly string[];
    };

/** A RUN line that installs Debian's packages; what it downloads is kept between builds, not in the image. */
export function apt(suite: Suite, packages: readonly string[], then: readonly string[] = []): string {
  return runWithApt(suite, [`$apt install --no-install-recommends ${packages.join(" ")}`, ...then]);
}

/** The same for steps of one's own, which call apt as `$apt`. */
export function runWithApt(suite: Suite, steps: readonly string[]): string {
  const lines = [
    "set -eu",
    "export DEBIAN_FRONTEND=noninteractive",
    "mkdir -p /tmp/apt/lists/partial /tmp/apt/cache/archives/partial",
    'apt="apt-get -qq -y -o Dir::Cache=/tmp/apt/cache -o Dir::State::Lists=/tmp/apt/lists -o APT::Sandbox::User=root"',
    "$apt update",
    ...steps,
    "rm -rf /var/log/apt /var/log/dpkg.log /var/log/alternatives.log /var/cache/debconf/*-old",
  ];
  return `RUN --mount=type=cache,id=sistership-rig-${suite},target=/tmp/apt,sharing=locked <<'RUN'\n${lines.join("\n")}\nRUN`;
}

/** A RUN line of several steps that ends at the first that fails. */
export function steps(...lines: readonly string[]): string {
  return `RUN <<'RUN'\nset -eu\n${lines.join("\n")}\nRUN`;
}

/** The Dockerfile's lines, blank ones between groups. */
export function dockerfile(...groups: readonly string[]): string {
  return `${groups.join("\n\n")}\n`;
}

/** The images a Dockerfile stands on or copies from, stages of its own left out. */
export function basesOf(text: string): string[] {
  const stages = new Set([...text.matchAll(/^FROM\s+\S+\s+AS\s+(\S+)/gim)].map(([, stage]) => stage));
  const named = [...text.matchAll(/^(?:FROM\s+|COPY\s.*--from=)([^\s$]+)/gim)].flatMap(
    ([, name]) => name ?? [],
  );
  return [...new Set(named)].filter((name) => !stages.has(name) && name !== "scratch");
}

export function scriptFile(name: string): string {
  return readFileSync(join(import.meta.dirname, "scripts", name), "utf8");
}
