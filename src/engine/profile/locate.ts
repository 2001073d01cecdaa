import { type Document, isAlias, isMap, isScalar, isSeq, type Node, type Pair } from "yaml";

export type Path = readonly (string | number)[];

/** From where to where in the text, in characters. */
export interface Span {
  from: number;
  to: number;
}

export interface Place {
  /** The key, where the path ends in a mapping. */
  key?: Span;
  value?: Span;
  /** The value is written through an alias or a merge key, so its text stands elsewhere. */
  shared: boolean;
}

/** Where a path stands in the text; where it does not stand at all, the nearest thing that does. */
export function locate(document: Document, path: Path): Place & { depth: number } {
  let node: unknown = document.contents;
  let place: Place = { ...spanOf(node, "value"), shared: false };
  let depth = 0;
  for (const step of path) {
    const resolved = isAlias(node) ? node.resolve(document) : node;
    if (resolved !== node) place = { ...place, shared: true };
    const pair = isMap(resolved) ? findPair(document, resolved.items, step) : undefined;
    if (pair !== undefined) {
      node = pair.pair.value;
      place = {
        ...spanOf(pair.pair.key, "key"),
        ...spanOf(node, "value"),
        shared: place.shared || pair.merged,
      };
    } else if (isSeq(resolved) && typeof step === "number" && resolved.items[step] !== undefined) {
      node = resolved.items[step];
      place = { ...spanOf(node, "value"), shared: place.shared };
    } else {
      break;
    }
    depth += 1;
  }
  return { ...place, depth };
}

/** The node at a path, aliases and merge keys followed. */
export function nodeAt(document: Document, path: Path): Node | undefined {
  let node: unknown = document.contents;
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) node = findPair(document, node.items, step)?.pair.value;
    else if (isSeq(node) && typeof step === "number") node = node.items[step];
    else return undefined;
  }
  if (isAlias(node)) node = node.resolve(document);
  return isMap(node) || isSeq(node) || isScalar(node) ? node : undefined;
}

function findPair(
  document: Document,
  items: readonly Pair[],
  step: string | number,
): { pair: Pair; merged: boolean } | undefined {
  const own = items.find(({ key }) => String(isScalar(key) ? key.value : key) === String(step));
  if (own !== undefined) return { pair: own, merged: false };
  for (const { key, value } of items) {
    if (!isScalar(key) || String(key.source ?? key.value) !== "<<") continue;
    const sources = isSeq(value) ? value.items : [value];
    for (const source of sources) {
      const target = isAlias(source) ? source.resolve(document) : source;
      const found = isMap(target) ? findPair(document, target.items, step) : undefined;
      if (found !== undefined) return { pair: found.pair, merged: true };
    }
  }
  return undefined;
}

function spanOf<K extends "key" | "value">(node: unknown, as: K): { [P in K]?: Span } {
  const range = isMap(node) || isSeq(node) || isScalar(node) || isAlias(node) ? node.range : undefined;
  return range ? ({ [as]: { from: range[0], to: range[1] } } as { [P in K]?: Span }) : {};
}
