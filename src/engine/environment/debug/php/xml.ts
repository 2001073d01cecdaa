/** An element of what a debugger of PHP says. */
export interface Element {
  name: string;
  attributes: Readonly<Record<string, string>>;
  text: string;
  children: Element[];
}

const entities: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

const token =
  /<!\[CDATA\[([\s\S]*?)\]\]>|<\?[\s\S]*?\?>|<(\/?)([\w.:-]+)((?:\s+[\w.:-]+\s*=\s*"[^"]*")*)\s*(\/?)>|([^<]+)/g;

/** Xdebug writes XML of few kinds: elements, attributes in double quotes, text, and sections of plain text. */
export function readXml(source: string): Element {
  const root: Element = { name: "", attributes: {}, text: "", children: [] };
  const open = [root];
  for (const [, plain, close, name, attributes = "", empty, text] of source.matchAll(token)) {
    const here = open.at(-1) ?? root;
    if (plain !== undefined) here.text += plain;
    else if (text !== undefined) here.text += decoded(text);
    else if (close === "/") open.pop();
    else if (name !== undefined) {
      const element: Element = { name, attributes: readAttributes(attributes), text: "", children: [] };
      here.children.push(element);
      if (empty !== "/") open.push(element);
    }
  }
  return root.children[0] ?? root;
}

function readAttributes(text: string): Record<string, string> {
  return Object.fromEntries(
    [...text.matchAll(/([\w.:-]+)\s*=\s*"([^"]*)"/g)].map(([, name = "", value = ""]) => [
      name,
      decoded(value),
    ]),
  );
}

function decoded(text: string): string {
  return text.replace(/&(?:#(x?)([0-9a-fA-F]+)|(\w+));/g, (all, hex, code, name) =>
    name === undefined
      ? String.fromCodePoint(Number.parseInt(code, hex === "x" ? 16 : 10))
      : (entities[name] ?? all),
  );
}
