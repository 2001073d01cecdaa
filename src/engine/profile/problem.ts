import type { Document, LineCounter } from "yaml";
import { locate, type Path, type Span } from "./locate.ts";

export type ProblemCode =
  | "empty"
  | "not-a-mapping"
  | "syntax"
  | "tab"
  | "duplicate-key"
  | "too-many-aliases"
  | "newer-version"
  | "unknown-key"
  | "missing"
  | "wrong-value"
  | "unknown-name"
  | "contradiction"
  | "no-such-release"
  | "ended-release"
  | "loopback"
  | "port-mismatch"
  | "secret-in-clear"
  | "no-effect";

export interface Position {
  /** Both counted from 1. */
  line: number;
  column: number;
}

/** Replaces a piece of the text; safe to apply without reading twice. */
export interface TextFix {
  label: string;
  from: number;
  to: number;
  text: string;
}

export interface Problem {
  /** Only errors keep a profile from being used. */
  severity: "error" | "warning";
  code: ProblemCode;
  /** One sentence: what is wrong, what is allowed, what was probably meant. */
  message: string;
  file: string;
  path: Path;
  start: Position;
  end: Position;
  fix?: TextFix;
}

/** A problem before anybody has looked where in the text it stands. */
export interface Finding {
  severity?: "error" | "warning";
  code: ProblemCode;
  message: string;
  path: Path;
  /** What to underline: the key, the value, or (for what is missing) the key of what should hold it. */
  at: "key" | "value";
  /** Replaces what is underlined, or only a word inside it. */
  fix?: { label: string; text: string; instead?: string };
}

export interface Source {
  text: string;
  file: string;
  document: Document;
  lines: LineCounter;
}

export function place(finding: Finding, source: Source): Problem {
  const found = locate(source.document, finding.path);
  const exact = found.depth === finding.path.length;
  const span =
    (exact && finding.at === "value" ? found.value : found.key) ?? found.key ?? firstWord(source.text);
  const fix = exact && !found.shared ? textFix(finding.fix, span, source.text) : undefined;
  return {
    severity: finding.severity ?? "error",
    code: finding.code,
    message: finding.message,
    file: source.file,
    path: finding.path,
    ...positions(source.lines, span),
    ...(fix === undefined ? {} : { fix }),
  };
}

export function positions(lines: LineCounter, span: Span): { start: Position; end: Position } {
  return { start: position(lines, span.from), end: position(lines, Math.max(span.from, span.to)) };
}

function position(lines: LineCounter, offset: number): Position {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}

function textFix(fix: Finding["fix"], span: Span, text: string): TextFix | undefined {
  if (fix === undefined) return undefined;
  if (fix.instead === undefined) return { label: fix.label, ...span, text: fix.text };
  const inside = text.slice(span.from, span.to).indexOf(fix.instead);
  if (inside === -1) return undefined;
  const from = span.from + inside;
  return { label: fix.label, from, to: from + fix.instead.length, text: fix.text };
}

/** Where nothing better can be underlined: the first thing that is not a comment. */
function firstWord(text: string): Span {
  const found = /^(?:[ \t]*(?:#.*)?\r?\n)*[ \t]*([^\s:#]+)/.exec(text);
  if (found?.[1] === undefined) return { from: 0, to: 0 };
  const from = found[0].length - found[1].length;
  return { from, to: from + found[1].length };
}
