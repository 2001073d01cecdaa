import { createInterface } from "node:readline/promises";
import { fault } from "../engine/process/index.ts";

/** Asks a question of which "no" is the default; without a terminal, nobody says yes. */
export async function confirmed(question: string, out: NodeJS.WriteStream): Promise<boolean> {
  if (!process.stdin.isTTY) return false;
  return /^y(es)?$/i.test(await asked(`${question} [y/N] `, out));
}

/** Asks for a line. */
export async function asked(question: string, out: NodeJS.WriteStream): Promise<string> {
  const prompt = createInterface({ input: process.stdin, output: out });
  try {
    return (await prompt.question(question)).trim();
  } finally {
    prompt.close();
  }
}

/** Reads a line from the terminal without echo. */
export function askHidden(prompt: string, out: NodeJS.WriteStream): Promise<string> {
  const { stdin } = process;
  return new Promise((resolve, reject) => {
    let text = "";
    const end = (finish: () => void) => {
      stdin.off("data", hear);
      stdin.setRawMode(false);
      stdin.pause();
      out.write("\n");
      finish();
    };
    const hear = (data: Buffer) => {
      for (const key of data.toString("utf8")) {
        if (key === "\r" || key === "\n") return end(() => resolve(text));
        if (key === "\u0003") return end(() => reject(fault("cancelled", ["Asking for this"])));
        if (key === "\u007f" || key === "\b") text = text.slice(0, -1);
        else if (key >= " ") text += key;
      }
    };
    out.write(prompt);
    stdin.setRawMode(true);
    stdin.on("data", hear);
    stdin.resume();
  });
}
