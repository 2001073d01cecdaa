const plain = /^[\w@%+=:,./-]+$/;

/**
 * A program and its arguments as one line for the shell that the server has for the user, whichever that is: quotes that
 * mean the same to POSIX shells and to fish.
 */
export function quote(words: readonly string[]): string {
  return words.map((word) => (plain.test(word) ? word : quoted(word))).join(" ");
}

function quoted(word: string): string {
  if (word === "") return "''";
  return (word.match(/[\\']|[^\\']+/g) ?? [])
    .map((part) => (/^[\\']$/.test(part) ? `\\${part}` : `'${part}'`))
    .join("");
}
