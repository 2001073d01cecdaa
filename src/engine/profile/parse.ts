import { type Document, isMap, LineCounter, parseDocument, Scalar, visit, type YAMLError } from "yaml";
import { check } from "./checks.ts";
import { explain } from "./explain.ts";
import { currentVersion, migrate } from "./migrate.ts";
import { type Finding, type Problem, type ProblemCode, place, positions, type Source } from "./problem.ts";
import type { Profile } from "./profile.ts";
import { resolve } from "./resolve.ts";
import { type ProfileFile, schema } from "./schema.ts";

/** Far above what a profile needs, far below what a bomb needs. */
const mostAliases = 200;
const mostCharacters = 1024 * 1024;

export type Parsed =
  | {
      ok: true;
      profile: Profile;
      /** As written, for those who write it back. */
      written: ProfileFile;
      document: Document;
      /** Warnings only. */
      problems: Problem[];
    }
  | { ok: false; problems: Problem[] };

export function parseProfile(text: string, file = "sistership.yaml"): Parsed {
  const source = open(text, file);
  const early = refuse(source);
  if (early.length > 0) return { ok: false, problems: early };
  const data = plain(source);
  if (!data.ok) return { ok: false, problems: [place(data.finding, source)] };
  return judge(data.value, source);
}

function judge(value: unknown, source: Source): Parsed {
  const result = schema.safeParse(value, { reportInput: true });
  const findings = result.success ? check(result.data) : explain(result.error.issues, value);
  const problems = findings.map((finding) => place(finding, source)).sort(byPosition);
  if (!result.success || problems.some(({ severity }) => severity === "error"))
    return { ok: false, problems };
  return {
    ok: true,
    profile: resolve(result.data),
    written: result.data,
    document: source.document,
    problems,
  };
}

/** What one person lays over a profile that many share: mappings are merged, everything else is replaced. */
export function parseOverlay(shared: ProfileFile, text: string, file: string): Parsed {
  const source = open(text, file);
  const { contents } = source.document;
  const blank = contents === null || (contents instanceof Scalar && contents.value === null);
  const early = blank ? [] : refuse(source);
  if (early.length > 0) return { ok: false, problems: early };
  const data = blank ? { ok: true as const, value: {} } : plain(source);
  if (!data.ok) return { ok: false, problems: [place(data.finding, source)] };
  return judge(merge(shared, data.value), source);
}

function merge(below: unknown, above: unknown): unknown {
  if (!isRecord(below) || !isRecord(above)) return above;
  const merged = { ...below };
  for (const [key, value] of Object.entries(above))
    merged[key] = Object.hasOwn(below, key) ? merge(below[key], value) : value;
  return merged;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const yamlOptions = { merge: true, keepSourceTokens: true, prettyErrors: false } as const;

function open(text: string, file: string): Source {
  const lines = new LineCounter();
  const small = text.length <= mostCharacters ? text : "";
  const document: Document = parseDocument(small, { ...yamlOptions, lineCounter: lines });
  return { text, file, document, lines };
}

/** What cannot be read at all. */
function refuse(source: Source): Problem[] {
  const { text, document, file } = source;
  const whole = (code: ProblemCode, message: string): Problem[] => [
    place({ code, message, path: [], at: "value" }, source),
  ];
  if (text.length > mostCharacters)
    return whole("syntax", `${file} is larger than 1 MB, which no profile is.`);
  if (document.errors.length > 0) {
    return document.errors.map((error) => ({
      severity: "error",
      ...sentence(error, text),
      file,
      path: [],
      ...positions(source.lines, spanOf(error, text)),
    }));
  }
  if (
    document.contents === null ||
    (document.contents instanceof Scalar && document.contents.value === null)
  ) {
    return whole("empty", `${file} is empty; it needs at least a name, a runtime and a process.`);
  }
  if (!isMap(document.contents)) {
    return whole("not-a-mapping", `${file} must be a mapping of keys and values, such as "name: shop".`);
  }
  return [];
}

function sentence(error: YAMLError, text: string): { code: ProblemCode; message: string } {
  const said = error.message.split("\n")[0] ?? "";
  const at = text.slice(error.pos[0], Math.max(error.pos[1], error.pos[0] + 1));
  switch (error.code) {
    case "TAB_AS_INDENT":
      return { code: "tab", message: "YAML is indented with spaces, and here stands a tab." };
    case "DUPLICATE_KEY":
      return {
        code: "duplicate-key",
        message: `"${keyAt(text, error.pos[0])}" stands here a second time; keep one.`,
      };
    case "BAD_INDENT":
      return { code: "syntax", message: "This line is indented differently from its neighbours." };
    case "MISSING_CHAR":
      return at.includes("\t")
        ? { code: "tab", message: "YAML is indented with spaces, and here stands a tab." }
        : { code: "syntax", message: `Something is missing here: ${said}.` };
    default:
      return { code: "syntax", message: `This is not YAML: ${said.replace(/\.$/, "")}.` };
  }
}

/** yaml points at the first character of a key that stands twice; people look for the word. */
function spanOf({ code, pos: [from, to] }: YAMLError, text: string): { from: number; to: number } {
  return { from, to: code === "DUPLICATE_KEY" ? from + keyAt(text, from).length : to };
}

function keyAt(text: string, offset: number): string {
  return /^[^\s:]+/.exec(text.slice(offset))?.[0] ?? "this key";
}

/** The document as plain data, older versions brought up to date, variables as they were typed. */
function plain(source: Source): { ok: true; value: unknown } | { ok: false; finding: Finding } {
  // A second document, so that the one that is edited keeps its text.
  const copy: Document = parseDocument(source.text, yamlOptions);
  const version = copy.get("version") ?? 1;
  if (typeof version === "number" && version > currentVersion) {
    return {
      ok: false,
      finding: {
        code: "newer-version",
        message: `This file is of version ${version}, and this Sistership reads version ${currentVersion}: update the extension.`,
        path: ["version"],
        at: "value",
      },
    };
  }
  if (typeof version === "number") migrate(copy, version);
  keepNumbersAsTyped(copy);
  try {
    return { ok: true, value: copy.toJS({ maxAliasCount: mostAliases }) };
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    return {
      ok: false,
      finding: {
        code: "too-many-aliases",
        message: "Aliases in this file unfold into far more than a profile holds; write the values out.",
        path: [],
        at: "value",
      },
    };
  }
}

/** `VERSION: 1.10` is the text 1.10, not the number 1.1, where text is meant. */
function keepNumbersAsTyped(document: Document): void {
  visit(document, {
    Pair(_, { key, value }, path) {
      if (!(value instanceof Scalar) || typeof value.value !== "number") return;
      const inVariables = path.some(
        (step) => "key" in step && step.key instanceof Scalar && step.key.value === "env",
      );
      const isVersion = key instanceof Scalar && key.value === "version" && path.length > 3;
      if ((inVariables || isVersion) && value.source !== undefined) value.value = value.source;
    },
  });
}

function byPosition(left: Problem, right: Problem): number {
  return left.start.line - right.start.line || left.start.column - right.start.column;
}
