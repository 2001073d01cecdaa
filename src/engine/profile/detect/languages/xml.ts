/** An element of XML, as far as manifests need it: names, text, attributes, children. */
export interface Element {
  name: string;
  attributes: Record<string, string>;
  text: string;
  children: Element[];
}

/** Reads XML leniently; entities beyond the five, and document types, mean nothing here. */
export function parseXml(source: string | undefined): Element | undefined {
  if (source === undefined) return undefined;
  const root: Element = { name: "", attributes: {}, text: "", children: [] };
  const open: Element[] = [root];
  for (const [, close, name, attributes = "", empty, text] of source
    .replace(/<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<![^>]*>/g, "")
    .matchAll(/<(\/?)([\w.:-]+)((?:\s+[\w.:-]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(\/?)>|([^<]+)/g)) {
    const here = open.at(-1) ?? root;
    if (text !== undefined) here.text += text.trim();
    else if (close === "/") {
      if (open.length > 1) open.pop();
    } else if (name !== undefined) {
      const element: Element = { name, attributes: readAttributes(attributes), text: "", children: [] };
      here.children.push(element);
      if (empty !== "/" && open.length < 200) open.push(element);
    }
  }
  return root;
}

function readAttributes(text: string): Record<string, string> {
  return Object.fromEntries(
    [...text.matchAll(/([\w.:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)].map(([, name = "", double, single]) => [
      name,
      double ?? single ?? "",
    ]),
  );
}

/** The text of the first element down this path. */
export function xmlText(element: Element | undefined, ...path: string[]): string | undefined {
  const found = xmlAll(element, ...path)[0];
  return found === undefined || found.text === "" ? undefined : found.text;
}

/** Every element down this path. */
export function xmlAll(element: Element | undefined, ...path: string[]): Element[] {
  let here = element === undefined ? [] : [element];
  for (const step of path)
    here = here.flatMap(({ children }) => children.filter(({ name }) => name === step));
  return here;
}
