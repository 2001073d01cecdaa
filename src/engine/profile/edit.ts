import {
  type Document,
  isCollection,
  isMap,
  isSeq,
  Pair,
  parseDocument,
  stringify,
  type YAMLMap,
} from "yaml";
import { nodeAt, type Path } from "./locate.ts";
import { yamlOptions } from "./parse.ts";

/** A value to put, or to take away, at a path. */
export type Edit = { set: Path; value: unknown } | { delete: Path };

/**
 * Changes a profile's text. Everything that an edit does not touch stays as it was, byte for byte: comments, order,
 * quoting, blank lines. The text must be YAML without errors.
 */
export function editProfile(text: string, edits: readonly Edit[]): string {
  return edits.reduce(applyEdit, text);
}

function applyEdit(text: string, edit: Edit): string {
  const wanted = asData(rewrite(text, edit));
  const spliced = splice(text, edit);
  // Flow collections over several lines, merge keys, odd indentation: where a splice does not say what was meant,
  // the whole document is written anew, with its comments.
  return spliced !== undefined && asData(spliced) === wanted ? spliced : rewrite(text, edit);
}

function asData(text: string): string | undefined {
  const document = parseDocument(text, yamlOptions);
  return document.errors.length > 0 ? undefined : JSON.stringify(document.toJS());
}

/** The edit by way of the document: always right, not always tidy. */
function rewrite(text: string, edit: Edit): string {
  const document: Document = parseDocument(text, yamlOptions);
  if ("set" in edit) {
    for (let end = 1; end < edit.set.length; end++) {
      const above = edit.set.slice(0, end);
      if (isCollection(nodeAt(document, above)) && !isCollection(document.getIn(above, true)))
        own(document, above);
    }
    document.setIn(edit.set, document.createNode(edit.value));
  } else if (document.hasIn(edit.delete)) {
    const { path } = removable(document, edit.delete);
    document.deleteIn(path);
  }
  return document.toString({ lineWidth: 0, flowCollectionPadding: true });
}

/** What was shared through an alias or a merge becomes this path's own, so that an edit reaches only it. */
function own(document: Document, path: Path): void {
  const shared = nodeAt(document, path);
  if (shared !== undefined) document.setIn(path, document.createNode(shared.toJS(document)));
}

/** A mapping that an edit empties goes with its last key: `env:` with nothing in it is no profile. */
function removable(document: Document, path: Path): { path: Path; parent: unknown } {
  let target = path;
  let parent = document.getIn(path.slice(0, -1), true);
  while (target.length > 1 && isCollection(parent) && parent.items.length === 1) {
    target = target.slice(0, -1);
    parent = document.getIn(target.slice(0, -1), true);
  }
  return { path: target, parent };
}

function splice(text: string, edit: Edit): string | undefined {
  const document: Document = parseDocument(text, yamlOptions);
  if ("delete" in edit) return document.hasIn(edit.delete) ? remove(text, document, edit.delete) : text;
  const existing = document.getIn(edit.set, true);
  if (isNodeWithRange(existing)) return replace(text, existing, edit.value);
  return insert(text, document, edit.set, edit.value);
}

interface Ranged {
  range: [number, number, number];
  flow?: boolean;
}

function isNodeWithRange(node: unknown): node is Ranged {
  return typeof node === "object" && node !== null && "range" in node && Array.isArray(node.range);
}

function replace(text: string, node: Ranged, value: unknown): string {
  const [from, to] = node.range;
  const end = trimEnd(text, from, to);
  return (
    text.slice(0, from) +
    (from === end && text[from - 1] === ":" ? " " : "") +
    inline(value) +
    text.slice(end)
  );
}

/** A block collection's range runs on to the next key: what is replaced ends with its last character. */
function trimEnd(text: string, from: number, to: number): number {
  return from + text.slice(from, to).trimEnd().length;
}

function insert(text: string, document: Document, path: Path, value: unknown): string | undefined {
  const parent = document.getIn(path.slice(0, -1), true);
  const key = path.at(-1);
  if (parent === undefined && path.length > 1 && key !== undefined) {
    return insert(text, document, path.slice(0, -1), { [key]: value });
  }
  if (!isMap(parent) || !parent.range || typeof key !== "string") return undefined;
  const pair = `${inline(key)}: ${inline(value)}`;
  if (parent.flow) return insertInFlow(text, parent, pair);
  const last = parent.items.at(-1);
  const first = parent.items[0];
  if (first === undefined || last === undefined || !isNodeWithRange(first.key)) return undefined;
  const indent = " ".repeat(columnOf(text, first.key.range[0]));
  const at = endOfLine(text, endOf(text, last));
  const block = isBlockWorthy(value) ? `${inline(key)}:\n${block2(value, indent)}` : pair;
  return `${text.slice(0, at)}${at > 0 && text[at - 1] !== "\n" ? "\n" : ""}${indent}${block}\n${text.slice(at)}`;
}

function insertInFlow(text: string, parent: YAMLMap, pair: string): string | undefined {
  const [from, to] = parent.range ?? [0, 0];
  const inside = text.slice(from + 1, to - 1);
  if (text[to - 1] !== "}" || inside.includes("#")) return undefined;
  const head = inside.trimEnd().replace(/,$/, "");
  const joined =
    head.trim() === "" ? ` ${pair} ` : `${head}, ${pair}${inside.slice(inside.trimEnd().length) || ""}`;
  return `${text.slice(0, from)}{${joined}}${text.slice(to)}`;
}

function remove(text: string, document: Document, path: Path): string | undefined {
  const { path: target, parent } = removable(document, path);
  const key = target.at(-1);
  const items = isMap(parent) || isSeq(parent) ? parent.items : [];
  const index = isSeq(parent)
    ? Number(key)
    : items.findIndex((item) => item instanceof Pair && String(item.key) === String(key));
  const item = items[index];
  if (item === undefined || (isCollection(parent) && parent.flow) || isSeq(parent)) return undefined;
  if (!(item instanceof Pair) || !isNodeWithRange(item.key)) return undefined;
  const from = startOfLine(text, item.key.range[0]);
  if (text.slice(from, item.key.range[0]).trim() !== "") return undefined;
  return text.slice(0, from) + text.slice(endOfLine(text, endOf(text, item)));
}

function endOf(text: string, { key, value }: Pair): number {
  const node = isNodeWithRange(value) ? value : isNodeWithRange(key) ? key : undefined;
  return node === undefined ? 0 : trimEnd(text, node.range[0], node.range[1]);
}

function startOfLine(text: string, offset: number): number {
  return text.lastIndexOf("\n", offset - 1) + 1;
}

function endOfLine(text: string, offset: number): number {
  const end = text.indexOf("\n", offset);
  return end === -1 ? text.length : end + 1;
}

function columnOf(text: string, offset: number): number {
  return offset - startOfLine(text, offset);
}

/** One line of YAML, whatever the value. */
function inline(value: unknown): string {
  return stringify(value, {
    collectionStyle: "flow",
    lineWidth: 0,
    blockQuote: false,
    defaultStringType: "PLAIN",
  }).trimEnd();
}

function isBlockWorthy(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value) && inline(value).length > 80;
}

function block2(value: unknown, indent: string): string {
  return Object.entries(value ?? {})
    .map(([key, inner]) => `${indent}  ${inline(key)}: ${inline(inner)}`)
    .join("\n");
}
