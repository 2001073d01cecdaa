/** Whether `*` and `?` of an OpenSSH pattern stand for the text. */
export function matches(text: string, pattern: string): boolean {
  // by hand, and not by a regular expression, which many asterisks make slow
  let at = 0;
  let from = 0;
  let star = -1;
  let mark = 0;
  while (at < text.length) {
    if (pattern[from] === "?" || (pattern[from] === text[at] && pattern[from] !== "*")) {
      at++;
      from++;
    } else if (pattern[from] === "*") {
      star = from++;
      mark = at;
    } else if (star !== -1) {
      from = star + 1;
      at = ++mark;
    } else return false;
  }
  while (pattern[from] === "*") from++;
  return from === pattern.length;
}

/** Whether a comma-separated list matches; a negated pattern that does wins over all others. */
export function matchesList(text: string, list: string): boolean {
  return matchesAny(text, list.split(","));
}

/** The same of the words of a `Host` line. */
export function matchesAny(text: string, patterns: readonly string[]): boolean {
  let found = false;
  for (const pattern of patterns) {
    if (pattern.startsWith("!")) {
      if (matches(text, pattern.slice(1))) return false;
    } else if (matches(text, pattern)) found = true;
  }
  return found;
}
