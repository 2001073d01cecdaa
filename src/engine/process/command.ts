/** A program to run, as data: who runs it (here, in a container, over SSH) is another matter. */
export interface Command {
  program: string;
  args?: readonly string[];
  cwd?: string;
  /** Added to the environment of the runner; undefined takes a variable away. */
  env?: Readonly<Record<string, string | undefined>>;
  /** Written to the program's standard input, which is then closed. The place for secrets: it shows in no process list. */
  input?: string | Uint8Array;
}

const plain = /^[\w@%+=:,./-]+$/;

/** The command as one would type it in a POSIX shell. For showing to people only; nothing is run from it. */
export function format({ program, args = [] }: Pick<Command, "program" | "args">): string {
  return [program, ...args]
    .map((word) => (plain.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`))
    .join(" ");
}
