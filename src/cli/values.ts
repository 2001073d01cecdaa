import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";
import { type Here, secretsFile, type Values } from "../engine/environment/index.ts";
import { fault } from "../engine/process/index.ts";
import type { World } from "./context.ts";
import { askHidden } from "./prompt.ts";

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
