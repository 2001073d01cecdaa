/** What only a shell understands. */
const shellOnly = /[|&;<>()$`*?[\]~#\n]|^\s*(cd|export|set|source|\.|if|for|while|exec|[({])\s/;

/** A command as Docker's exec form wants it: the program itself, so that it gets the signals, not a shell around it. */
export function execForm(command: string): string[] {
  const words = shellOnly.test(withoutQuoted(command)) ? undefined : split(command);
  if (words === undefined || words.length === 0) return ["sh", "-c", replaceShell(command)];
  return /^[A-Za-z_]\w*=/.test(words[0] ?? "") ? ["env", ...words] : words;
}

/** A word that a shell takes as it stands. */
export function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** `exec` puts the program in the shell's place, where the line is a single command. */
function replaceShell(command: string): string {
  const bare = withoutQuoted(command);
  const single =
    !/[|&;<>()\n`]/.test(bare) && !/^\s*(cd|export|set|source|\.|if|for|while|exec|\w+=\S*)\s/.test(bare);
  return single ? `exec ${command.trim()}` : command;
}

function withoutQuoted(command: string): string {
  return command.replaceAll(/'[^']*'/g, "''").replaceAll(/"([^"$`\\]|\\[^$`])*"/g, '""');
}

/** The words of a command in which quotes are all that is special; undefined where a quote stays open. */
function split(command: string): string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  let open: string | undefined;
  for (let at = 0; at < command.length; at++) {
    const char = command.charAt(at);
    if (char === "\\" && open !== "'") {
      word = (word ?? "") + command.charAt(++at);
    } else if (open !== undefined) {
      if (char === open) open = undefined;
      else word = (word ?? "") + char;
    } else if (char === "'" || char === '"') {
      open = char;
      word ??= "";
    } else if (/\s/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = (word ?? "") + char;
    }
  }
  if (word !== undefined) words.push(word);
  return open === undefined ? words : undefined;
}
