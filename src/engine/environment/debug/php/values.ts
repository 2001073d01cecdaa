import type { Dbgp } from "./dbgp.ts";
import type { Element } from "./xml.ts";

/** A variable as editors show it. */
export interface Variable {
  name: string;
  value: string;
  type: string;
  variablesReference: number;
  evaluateName?: string;
}

/** Where the variables below something are found: below a context of a frame, or of another variable. */
export interface Place {
  run: Dbgp;
  depth: number;
  context: number;
  /** Of a variable: its whole name; or what is below it already, where it has none. */
  of?: { name: string; pages: number } | { found: readonly Element[] };
}

/** Hands out numbers for what can be opened; they hold until the run goes on. */
export type Numbering = (place: Place) => number;

export async function childrenOf(place: Place): Promise<Element[]> {
  const { run, depth, context, of } = place;
  if (of === undefined) return properties(await run.ask("context_get", { d: depth, c: context }));
  if ("found" in of) return [...of.found];
  const all: Element[] = [];
  for (let page = 0; page < of.pages; page++) {
    const answer = await run.ask("property_get", { d: depth, c: context, n: of.name, p: page });
    all.push(...properties(answer).flatMap(properties));
  }
  return all;
}

export function properties(element: Element): Element[] {
  return element.children.filter(({ name }) => name === "property");
}

/** More than that many below one variable are not shown. */
const most = 1000;

export function shown(property: Element, place: Place, number: Numbering): Variable {
  const { attributes } = property;
  const name = said(property, "name") ?? "";
  const fullname = said(property, "fullname");
  const type = attributes.type ?? "";
  const count = Number(attributes.numchildren ?? 0);
  const size = Math.max(1, Number(attributes.pagesize ?? 100));
  const of =
    fullname === undefined
      ? { found: properties(property) }
      : { name: fullname, pages: Math.ceil(Math.min(count, most) / size) };
  return {
    name,
    value: text(property, type, count),
    type: attributes.classname ?? type,
    variablesReference: attributes.children === "1" && count > 0 ? number({ ...place, of }) : 0,
    ...(fullname === undefined ? {} : { evaluateName: fullname }),
  };
}

function text(property: Element, type: string, count: number): string {
  const value = said(property, "value") ?? plain(property);
  if (type === "array") return `array(${count})`;
  if (type === "object") return said(property, "classname") ?? "object";
  if (type === "string") return JSON.stringify(value);
  if (type === "bool") return value === "1" ? "true" : "false";
  return type === "null" || type === "uninitialized" ? type : value;
}

/** Names and values that XML cannot hold stand below, in base64; others are attributes. */
function said(property: Element, what: string): string | undefined {
  const below = property.children.find(({ name }) => name === what);
  return below ? plain(below) : property.attributes[what];
}

function plain({ text: said, attributes }: Element): string {
  return attributes.encoding === "base64" ? Buffer.from(said, "base64").toString() : said;
}
