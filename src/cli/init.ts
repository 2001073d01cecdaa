import { existsSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline/promises";
import type { Command } from "commander";
import { fault } from "../engine/process/index.ts";
import type { Question } from "../engine/profile/index.ts";
import type { World } from "./context.ts";
import { chosen, listOf } from "./only.ts";

export function addInit(program: Command, world: World): void {
  program
    .command("init")
    .description("Write sistership.yaml from what the repository says")
    .argument("[folder]", "the repository", ".")
    .option("-y, --yes", "take the default of every open question")
    .option(
      "--only <folders>",
      "of several applications only those in these folders, with commas between",
      listOf,
    )
    .action(async (given: string, { yes, only }: { yes?: true; only?: string[] }, command: Command) => {
      const folder = resolve(world.cwd, given);
      const file = join(folder, "sistership.yaml");
      if (existsSync(file)) throw fault("profile-exists", [file]);
      const { detect, editProfile, manyApplications, writeProfile } = await import(
        "../engine/profile/index.ts"
      );
      const whole = await detect(folder);
      const picked =
        only ?? (yes || whole.apps.length < manyApplications ? undefined : await which(whole.apps, world));
      chosen(whole.apps, picked, command);
      const found = picked === undefined ? whole : await detect(folder, { only: picked });
      if (found.profile.runtime === undefined) throw fault("nothing-recognised", [folder]);
      const answers = yes ? [] : await ask(found.questions, world);
      const reasons = found.evidence.map(({ path, because }) => ({ path: path.split("."), because }));
      const edits = answers.map(({ path, answer }) => ({ set: path.split("."), value: answer }));
      write(file, editProfile(writeProfile(found.profile, reasons), edits));
      world.stdout.write(`Wrote ${file}. Read it through: every value says which file it follows from.\n`);
    });
}

/** Of many applications, which are meant; all of them where nothing is answered. */
async function which(apps: readonly { dir: string }[], { stderr }: World): Promise<string[] | undefined> {
  if (!process.stdin.isTTY) return undefined;
  const prompt = createInterface({ input: process.stdin, output: stderr });
  try {
    const dirs = apps.map(({ dir }) => dir).join(", ");
    const said = await prompt.question(
      `${apps.length} applications are here: ${dirs}. Which of these? (folders with commas between) [all] `,
    );
    const picked = listOf(said);
    return picked.length === 0 || said.trim() === "all" ? undefined : picked;
  } finally {
    prompt.close();
  }
}

/** Asks what the repository leaves open; an empty answer takes the default. */
async function ask(questions: readonly Question[], { stderr }: World) {
  if (questions.length === 0) return [];
  if (!process.stdin.isTTY) throw fault("answers-needed", [questions.map(({ ask }) => ask).join(" ")]);
  const prompt = createInterface({ input: process.stdin, output: stderr });
  const answers: { path: string; answer: string }[] = [];
  try {
    for (const { path, ask, options, default: preset, because } of questions) {
      const said = (await prompt.question(`${ask} (${options.join(" | ")}) [${preset}, ${because}] `)).trim();
      if (said !== "" && said !== preset) answers.push({ path, answer: said });
    }
  } finally {
    prompt.close();
  }
  return answers;
}

/** All of it or nothing of it. */
function write(file: string, text: string): void {
  const fresh = `${file}.${process.pid}.new`;
  try {
    writeFileSync(fresh, text);
    renameSync(fresh, file);
  } catch (error) {
    rmSync(fresh, { force: true });
    throw fault("not-written", [file, error instanceof Error ? error.message : String(error)], {
      cause: error,
    });
  }
}
