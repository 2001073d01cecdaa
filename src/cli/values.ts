import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";
import { type Here, secretsFile, type Values } from "../engine/environment/index.ts";
import { fault } from "../engine/process/index.ts";
import type { World } from "./context.ts";

/** Secrets at a prompt: asked for once without being shown, kept in a file outside the repository that only this user may read. */
export function promptedValues(here: Here, { stderr }: World): Values {
  const file = secretsFile(here);
  const known = () => (existsSync(file) ? kept.parse(JSON.parse(readFileSync(file, "utf8"))) : {});
  return {
    known: async () => known(),
    ask: async (names) => {
      if (!process.stdin.isTTY) throw fault("values-missing", [names.join(", ")]);
      stderr.write("Asked for once, kept outside the repository. Leave it empty to step back.\n");
      const answers: Record<string, string> = {};
      for (const name of names) {
        const answer = await askHidden(`${name}: `, stderr);
        if (answer === "") return {};
        answers[name] = answer;
      }
      return answers;
    },
    keep: async (values) => write(file, { ...known(), ...values }),
  };
}

const kept = z.record(z.string(), z.string());

function write(file: string, values: Readonly<Record<string, string>>): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(`${file}.new`, JSON.stringify(values), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/** Reads a line from the terminal without echo. */
function askHidden(prompt: string, out: NodeJS.WriteStream): Promise<string> {
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
        if (key === "\u0003") return end(() => reject(fault("cancelled", ["Asking for secrets"])));
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
