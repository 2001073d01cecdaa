import type { Language } from "./kinds.ts";

interface Releases {
  /** How many numbers name a series: node 24 has one, python 3.13 two. */
  parts: 1 | 2;
  /** What is chosen where nobody says anything. */
  usual: string;
  /** Series that get fixes, oldest first. */
  supported: readonly string[];
  /** Series that exist but get none, oldest first: honoured where they are asked for by name. */
  ended: readonly string[];
}

const none: Releases = { parts: 1, usual: "", supported: [], ended: [] };

/** Release series of each language as of 2026-11. Moved forward by hand; newer ones than these are warned of, not refused. */
const releases: Record<Language, Releases> = {
  node: {
    parts: 1,
    usual: "24",
    supported: ["22", "24", "26"],
    ended: ["10", "12", "14", "16", "17", "18", "19", "20", "21", "23", "25"],
  },
  deno: { parts: 1, usual: "2", supported: ["2"], ended: ["1"] },
  python: {
    parts: 2,
    usual: "3.13",
    supported: ["3.11", "3.12", "3.13", "3.14", "3.15"],
    ended: ["2.7", "3.6", "3.7", "3.8", "3.9", "3.10"],
  },
  php: {
    parts: 2,
    usual: "8.4",
    supported: ["8.2", "8.3", "8.4", "8.5"],
    ended: ["5.6", "7.0", "7.1", "7.2", "7.3", "7.4", "8.0", "8.1"],
  },
  go: {
    parts: 2,
    usual: "1.27",
    supported: ["1.26", "1.27"],
    ended: [...Array(16).keys()].map((minor) => `1.${minor + 10}`),
  },
  ruby: {
    parts: 2,
    usual: "3.4",
    supported: ["3.3", "3.4", "4.0"],
    ended: ["2.5", "2.6", "2.7", "3.0", "3.1", "3.2"],
  },
  java: {
    parts: 1,
    usual: "21",
    supported: ["8", "11", "17", "21", "25", "27"],
    ended: ["9", "10", "12", "13", "14", "15", "16", "18", "19", "20", "22", "23", "24", "26"],
  },
  rust: {
    parts: 2,
    usual: "1.99",
    supported: ["1.99", "1.100"],
    ended: [...Array(68).keys()].map((minor) => `1.${minor + 31}`),
  },
  dotnet: {
    parts: 2,
    usual: "10.0",
    supported: ["10.0", "11.0"],
    ended: ["2.1", "3.1", "5.0", "6.0", "7.0", "8.0", "9.0"],
  },
  elixir: {
    parts: 2,
    usual: "1.18",
    supported: ["1.17", "1.18", "1.19", "1.20"],
    ended: ["1.10", "1.11", "1.12", "1.13", "1.14", "1.15", "1.16"],
  },
  static: none,
};

export function releasesOf(language: Language): Releases {
  return releases[language];
}

/** `20.11.1` → `20`, `3.12.4` → `3.12`: what an image is named by. */
export function seriesOf(language: Language, version: string): string {
  const numbers = version.split(/[.+-]/).filter((part) => /^\d+$/.test(part));
  return numbers.slice(0, releases[language].parts).join(".");
}

export type Standing = "supported" | "ended" | "newer" | "unknown";

/** Whether a version, as somebody wrote it, is of a series that exists. */
export function standingOf(language: Language, version: string): Standing {
  const { supported, ended, parts } = releases[language];
  if (supported.length === 0) return "supported";
  const series = seriesOf(language, version);
  // `python@3` leaves the minor open: fine when any series begins so.
  const fits = (known: string) =>
    known === series || (series.split(".").length < parts && known.startsWith(`${series}.`));
  if (supported.some(fits)) return "supported";
  if (ended.some(fits)) return "ended";
  return compareSeries(series, supported.at(-1) ?? "0") > 0 && sameEra(series, supported.at(-1) ?? "0")
    ? "newer"
    : "unknown";
}

/** A version a little past the table may be real; Node 99 or Python 4.7 is a slip. */
function sameEra(series: string, newest: string): boolean {
  const [major = 0, minor = 0] = series.split(".").map(Number);
  const [newestMajor = 0, newestMinor = 0] = newest.split(".").map(Number);
  if (major !== newestMajor) return major - newestMajor <= 4 && minor <= 2;
  return minor - newestMinor <= 12;
}

export function compareSeries(left: string, right: string): number {
  const a = left.split(".").map(Number);
  const b = right.split(".").map(Number);
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
