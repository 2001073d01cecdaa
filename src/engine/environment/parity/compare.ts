import type { Inside } from "./look.ts";

/** One place in which the project runs, or would. */
export interface Side {
  name: string;
  /** Process → what is inside its container; absent where it does not run. */
  processes: Readonly<Record<string, Inside>>;
  /** Service → the identity of the image it runs; absent where it does not. */
  services: Readonly<Record<string, string>>;
}

export type Verdict = "same" | "differs" | "unknown";

export interface ParityRow {
  /** What is compared: `web: runtime`, `db`. */
  about: string;
  /** What each side has, in the order of the sides. */
  values: string[];
  verdict: Verdict;
  /** What differs, by name; or what is more on the side of development, and is meant to be. */
  says: string;
}

export interface Parity {
  sides: string[];
  rows: ParityRow[];
  verdict: Verdict;
}

/** Pure: every side beside the first one. What only development has is its tools; everything else must be the same. */
export function compare(sides: readonly Side[]): Parity {
  const [first] = sides;
  const names = (pick: (side: Side) => object) => [
    ...new Set(sides.flatMap((side) => Object.keys(pick(side)))),
  ];
  const rows = first
    ? [
        ...names(({ processes }) => processes).flatMap((name) => processRows(name, sides)),
        ...names(({ services }) => services).map((name) => serviceRow(name, sides)),
      ]
    : [];
  const verdicts = rows.map(({ verdict }) => verdict);
  return {
    sides: sides.map(({ name }) => name),
    rows,
    verdict: verdicts.includes("differs")
      ? "differs"
      : verdicts.includes("unknown") || rows.length === 0
        ? "unknown"
        : "same",
  };
}

function processRows(name: string, sides: readonly Side[]): ParityRow[] {
  const all = sides.map(({ processes }) => processes[name]);
  const any = (test: (one: Inside) => boolean) => all.some((one) => one !== undefined && test(one));
  // what is compiled is compiled in another image than it runs in: only the program goes from one to the other
  const apart = any(({ compiled }) => compiled);
  return [
    ...(apart
      ? []
      : [
          row(`${name}: base`, all, ({ layers }) => short(layers[0] ?? "")),
          row(`${name}: system`, all, ({ system }) => system),
          setRow(`${name}: system packages`, all, ({ packages }) => packages),
        ]),
    ...(any(({ runtime }) => runtime !== "") ? [row(`${name}: runtime`, all, ({ runtime }) => runtime)] : []),
    ...(any(({ libraries }) => Object.keys(libraries).length > 0)
      ? [setRow(`${name}: libraries`, all, ({ libraries }) => libraries)]
      : []),
    setRow(
      `${name}: variables`,
      all,
      ({ variables }) => Object.fromEntries(variables.map((one) => [one, ""])),
      true,
    ),
  ];
}

function serviceRow(name: string, sides: readonly Side[]): ParityRow {
  return row(
    name,
    sides.map(({ services }) => services[name]),
    short,
  );
}

/** One value a side. */
function row<T>(about: string, all: readonly (T | undefined)[], value: (one: T) => string): ParityRow {
  const values = all.map((one) => (one === undefined ? "" : value(one)));
  const known = values.filter((one) => one !== "");
  const verdict = new Set(known).size > 1 ? "differs" : known.length < values.length ? "unknown" : "same";
  const says =
    verdict === "differs" ? [...new Set(known)].join(", then ") : verdict === "unknown" ? "not running" : "";
  return { about, values: values.map((one) => one || "?"), verdict, says };
}

/** Many names a side, most of them with a version. */
function setRow(
  about: string,
  all: readonly (Inside | undefined)[],
  pick: (one: Inside) => Readonly<Record<string, string>>,
  /** Whether development may have none that others have not. */
  exactly = false,
): ParityRow {
  const sets = all.map((one) => one && pick(one));
  const values = sets.map((one) => (one === undefined ? "?" : String(Object.keys(one).length)));
  const [first, ...others] = sets;
  if (first === undefined || others.some((one) => one === undefined))
    return { about, values, verdict: "unknown", says: "not running" };
  const differences: string[] = [];
  const more = new Set<string>();
  for (const other of others) {
    if (other === undefined) continue;
    for (const [name, version] of Object.entries(other)) {
      const here = first[name];
      if (here === undefined) differences.push(`${name} is missing in development`);
      else if (here !== version) differences.push(`${name} ${here}, then ${version}`);
    }
    for (const name of Object.keys(first)) if (!Object.hasOwn(other, name)) more.add(name);
  }
  if (exactly) differences.push(...[...more].map((name) => `${name} is only in development`));
  if (differences.length > 0) return { about, values, verdict: "differs", says: listed(differences) };
  return {
    about,
    values,
    verdict: "same",
    says: more.size > 0 ? `${more.size} more in development: ${listed([...more])}` : "",
  };
}

function listed(all: readonly string[], most = 5): string {
  const rest = all.length - most;
  return `${all.slice(0, most).join(", ")}${rest > 0 ? ` and ${rest} more` : ""}`;
}

const short = (identity: string) => identity.replace(/^sha256:/, "").slice(0, 12);
