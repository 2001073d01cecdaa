import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { askedFor } from "../blueprint/index.ts";
import { fault } from "../process/index.ts";
import type { Profile } from "../profile/index.ts";
import { quoted } from "./dotenv.ts";
import type { Here } from "./here.ts";
import { checkoutId, stateFolder } from "./memory.ts";

/** Where values come from that stand in no file of the repository. */
export interface Values {
  /** What is known without asking. */
  known(): Promise<Readonly<Record<string, string>>>;
  /** Asks the user; answers with less where they step back. */
  ask(names: readonly string[]): Promise<Readonly<Record<string, string>>>;
  /** Keeps values for the next time, outside the repository. */
  keep(values: Readonly<Record<string, string>>): Promise<void>;
}

/** Secrets that the application shares with nobody but itself: while developing, any value serves, and nobody need be asked. */
const ownSecret =
  /^(?:\w+_)?(?:SESSION_SECRET|COOKIE_SECRET|JWT_SECRET|AUTH_SECRET|NEXTAUTH_SECRET|SECRET_KEY|SECRET_KEY_BASE|APP_SECRET|SIGNING_SECRET|(?:AUTH|SECURE_AUTH|LOGGED_IN|NONCE)_(?:KEY|SALT))$/;

/** The file with all values for as long as it is needed. */
export interface ValuesFile extends Disposable {
  env: Readonly<Record<string, string>>;
  /** How many came from elsewhere than .env. */
  given: number;
}

/**
 * Brings together what the profile asks for: .env of the repository first, then this environment's own variables,
 * then what is known or answered. What is not in .env goes to Compose through a file that only this user may read
 * and that is removed afterwards: it shows in no process list and stays in no repository.
 */
export async function gatherValues(here: Here, profile: Profile, values: Values): Promise<ValuesFile> {
  const names = askedFor(profile);
  const written = readEnvFile(join(here.folder, ".env"));
  const open = names.filter((name) => !written.values[name]);
  const given: Record<string, string> = {};
  const take = (from: Readonly<Record<string, string | undefined>>) => {
    for (const name of open) if (given[name] === undefined && from[name]) given[name] = from[name];
  };
  if (open.length > 0) {
    take(here.machine.env);
    take(await values.known());
    const made = Object.fromEntries(
      open
        .filter((name) => given[name] === undefined && ownSecret.test(name))
        .map((name) => [name, randomBytes(32).toString("hex")]),
    );
    take(made);
    const missing = open.filter((name) => given[name] === undefined);
    const answered = missing.length > 0 ? await values.ask(missing) : {};
    take(answered);
    if (Object.keys(made).length + Object.keys(answered).length > 0)
      await values.keep({ ...made, ...answered });
    const still = open.filter((name) => given[name] === undefined);
    if (still.length > 0) throw fault("values-missing", [still.join(", ")]);
  }
  const count = Object.keys(given).length;
  if (count === 0) return { env: {}, given: 0, [Symbol.dispose]: () => {} };
  const folder = stateFolder(here);
  const file = join(folder, `${checkoutId(here.folder)}.${process.pid}.env`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const lines = Object.entries(given).map(([name, value]) => `${name}=${quoted(value)}\n`);
  writeFileSync(file, `${written.text.trimEnd()}\n${lines.join("")}`, { mode: 0o600 });
  return {
    env: { SISTERSHIP_ENV_FILE: file },
    given: count,
    [Symbol.dispose]: () => rmSync(file, { force: true }),
  };
}

function readEnvFile(file: string): { text: string; values: Readonly<Record<string, string | undefined>> } {
  let text = "";
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return { text, values: {} };
    throw fault("env-file-wrong", [file, error instanceof Error ? error.message : String(error)], {
      cause: error,
    });
  }
  return { text, values: parseEnv(text) };
}
