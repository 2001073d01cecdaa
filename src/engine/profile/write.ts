import { Document, isCollection, isMap, isScalar, type Node, parseDocument, visit } from "yaml";
import type { Path } from "./locate.ts";
import type { ProfileFile } from "./schema.ts";

const widest = 110;
/** Always a line for each entry, however few there are: these are what people come to change. */
const spread = new Set(["build", "processes", "env", "stages"]);
const order = [
  "version",
  "name",
  "client",
  "runtime",
  "framework",
  "build",
  "processes",
  "release",
  "services",
  "env",
  "dev",
  "stages",
];

/** Why a value is what it is, to be written behind it. */
export interface Reason {
  path: Path;
  because: string;
}

/** A new profile as people would write it: short mappings on one line, the rest spread out, reasons as comments. */
export function writeProfile(profile: Partial<ProfileFile>, reasons: readonly Reason[] = []): string {
  const entries = Object.entries(profile)
    .filter(([, value]) => value !== undefined)
    .sort(([left], [right]) => order.indexOf(left) - order.indexOf(right));
  const document = new Document(Object.fromEntries(entries));
  if (isMap(document.contents)) {
    for (const { key, value } of document.contents.items) {
      if (!isCollection(value) || !isScalar(key)) continue;
      if (spread.has(String(key.value))) flowInside(value, 2);
      else flowIfShort(value, String(key.value).length + 2);
    }
  }
  for (const { path, because } of reasons) comment(document, path, because);
  return tightenLists(document.toString({ lineWidth: 0, flowCollectionPadding: true }));
}

/** `{ a: 1 }` but `[a, b]`: the library pads both or neither. */
function tightenLists(text: string): string {
  const cuts: [number, number][] = [];
  visit(parseDocument(text), {
    Seq(_, { flow, range, items }) {
      if (!flow || !range || items.length === 0) return;
      const [from, to] = range;
      if (text[from + 1] === " ") cuts.push([from + 1, from + 2]);
      if (text[to - 2] === " ") cuts.push([to - 2, to - 1]);
    },
  });
  return cuts
    .sort(([left], [right]) => right - left)
    .reduce((rest, [from, to]) => rest.slice(0, from) + rest.slice(to), text);
}

function flowInside(map: Node, indent: number): void {
  if (!isMap(map)) return;
  for (const { key, value } of map.items) {
    if (isCollection(value)) flowIfShort(value, indent + String(key).length + 2);
  }
}

function flowIfShort(node: Node, indent: number): void {
  if (!isCollection(node)) return;
  const width = JSON.stringify(node.toJSON()).length + indent;
  if (width <= widest || node.items.length === 0) node.flow = true;
  else if (isMap(node)) flowInside(node, indent);
}

function comment(document: Document, path: Path, because: string): void {
  const node = document.getIn(path, true);
  const parents = path.slice(0, -1).map((_, index) => document.getIn(path.slice(0, index + 1), true));
  const inFlow = parents.some((parent) => isCollection(parent) && parent.flow);
  if (!isScalar(node) || inFlow || String(node.value).includes("\n")) return;
  node.comment = ` ${because.replaceAll(/\s+/g, " ")}`;
}
