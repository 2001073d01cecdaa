import type { Language } from "../kinds.ts";
import { compareSeries, releasesOf, seriesOf } from "../releases.ts";

/** What manifests write for "any version such that": npm, PEP 440, Composer, RubyGems, Mix and Cargo alike. */
export type Dialect = "caret" | "pessimistic";

interface Interval {
  from: number[];
  /** Not itself within. */
  to: number[];
}

const infinite = [Number.POSITIVE_INFINITY];
const all: Interval = { from: [0], to: infinite };

/**
 * The series that a range means: the usual one where it fits, else the supported one next to it that fits, else the
 * newest that ever fitted. Undefined where nothing fits or the range cannot be read.
 */
export function seriesWithin(
  language: Language,
  range: string,
  dialect: Dialect = "caret",
): string | undefined {
  const intervals = parseRange(range, dialect);
  if (intervals.length === 0) return undefined;
  const { usual, supported, ended } = releasesOf(language);
  const fits = (series: string) => intervals.some((interval) => overlaps(interval, series));
  if (fits(usual)) return usual;
  const known = [...supported].sort(compareSeries);
  const above = known.find((series) => compareSeries(series, usual) > 0 && fits(series));
  const newest = (list: readonly string[]) => [...list].sort(compareSeries).reverse().find(fits);
  return above ?? newest(known) ?? newest(ended);
}

/** A version, or a range of only one series, as that series. */
export function exactSeries(language: Language, text: string): string | undefined {
  const plain = text.trim().replace(/^(v|=+|python-|ruby-|go|jdk-?|temurin-|corretto-|zulu-)/i, "");
  return /^\d+(\.\d+)*/.test(plain) ? seriesOf(language, plain) : undefined;
}

function overlaps({ from, to }: Interval, series: string): boolean {
  const start = series.split(".").map(Number);
  const end = bump(start, start.length - 1);
  return compare(from, end) < 0 && compare(start, to) < 0;
}

function parseRange(range: string, dialect: Dialect): Interval[] {
  return range.split(/\s*\|\|?\s*|\s+or\s+/).flatMap((part) => {
    const hyphen = /^\s*v?([\d.]+)\s+-\s+v?([\d.]+)\s*$/.exec(part);
    const text = hyphen ? `>=${hyphen[1]} <=${hyphen[2]}` : part.replaceAll(/\s+and\s+/g, " ");
    const pieces = [
      ...text.matchAll(
        /(~>|~=|===?|!=|>=|<=|>|<|\^|~|=)?\s*v?(\d+(?:\.(?:\d+|\*|x|X))*(?:\.\*)?|\*|x|latest)[\w.+-]*/g,
      ),
    ];
    if (pieces.length === 0) return [];
    let interval: Interval | undefined = all;
    for (const [, operator = "", version = "*"] of pieces) {
      interval = interval && intersect(interval, toInterval(operator, version, dialect));
    }
    return interval === undefined ? [] : [interval];
  });
}

function toInterval(operator: string, version: string, dialect: Dialect): Interval {
  const numbers = version
    .split(".")
    .filter((part) => /^\d+$/.test(part))
    .map(Number);
  if (numbers.length === 0 || operator === "!=") return all;
  const open = version.split(".").length > numbers.length;
  switch (operator) {
    case ">=":
    case ">":
      return { from: numbers, to: infinite };
    case "<":
      return { from: [0], to: numbers };
    case "<=":
      return { from: [0], to: bump(numbers, numbers.length - 1) };
    case "^":
      return { from: numbers, to: bump(numbers, numbers[0] === 0 && numbers.length > 1 ? 1 : 0) };
    case "~>":
    case "~=":
      return { from: numbers, to: bump(numbers, Math.max(0, numbers.length - 2)) };
    case "~":
      // Composer's ~8.1 reaches up to 9, npm's ~8.1 up to 8.2.
      return {
        from: numbers,
        to: bump(
          numbers,
          dialect === "pessimistic" ? Math.max(0, numbers.length - 2) : Math.min(1, numbers.length - 1),
        ),
      };
    default:
      return {
        from: numbers,
        to: bump(numbers, open ? numbers.length - 1 : Math.min(numbers.length - 1, 2)),
      };
  }
}

function intersect(left: Interval, right: Interval): Interval | undefined {
  const from = compare(left.from, right.from) > 0 ? left.from : right.from;
  const to = compare(left.to, right.to) < 0 ? left.to : right.to;
  return compare(from, to) < 0 ? { from, to } : undefined;
}

/** The first version after all that begin with these numbers up to a place. */
function bump(numbers: readonly number[], place: number): number[] {
  return [...numbers.slice(0, place), (numbers[place] ?? 0) + 1];
}

function compare(left: readonly number[], right: readonly number[]): number {
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const a = left[index] ?? 0;
    const b = right[index] ?? 0;
    if (a !== b) return a < b ? -1 : 1;
  }
  return 0;
}
