/** The keyword of a line of an SSH configuration and what follows it, as it stands. */
export function keywordOf(line: string): { keyword: string; rest: string } | undefined {
  const found = /^[ \t]*"?([^\s="#][^\s="]*)"?[ \t]*=?[ \t]*(.*?)\s*$/.exec(line);
  const [, keyword = "", rest = ""] = found ?? [];
  return found ? { keyword: keyword.toLowerCase(), rest } : undefined;
}

/** The words of a value as OpenSSH takes them apart: quotes, backslashes, a comment at the end. Undefined: a quote is open. */
export function words(text: string): string[] | undefined {
  const found: string[] = [];
  let at = 0;
  while (at < text.length) {
    if (text[at] === " " || text[at] === "\t") {
      at++;
      continue;
    }
    if (text[at] === "#") break;
    let word = "";
    let quote: string | undefined;
    for (; at < text.length; at++) {
      const sign = text[at] ?? "";
      const next = text[at + 1] ?? "";
      if (sign === "\\" && (/["'\\]/.test(next) || (quote === undefined && next === " "))) {
        word += next;
        at++;
      } else if (quote === undefined && (sign === " " || sign === "\t")) break;
      else if (quote === undefined && (sign === '"' || sign === "'")) quote = sign;
      else if (quote !== undefined && sign === quote) quote = undefined;
      else word += sign;
    }
    if (quote !== undefined) return undefined;
    found.push(word);
  }
  return found;
}
