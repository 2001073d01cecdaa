import { basename, resolve } from "node:path";
import { fault } from "../../process/index.ts";
import type { ProfileFile } from "../schema.ts";
import { findApplications } from "./applications.ts";
import { assemble, type Placed } from "./assemble.ts";
import { readCompose } from "./compose.ts";
import { findEnv } from "./env.ts";
import type { Evidence, Question } from "./evidence.ts";
import { digText, parseJson, scopeOf } from "./scope.ts";
import { findServices } from "./services.ts";
import { readTree } from "./tree.ts";

/** From so many applications on, somebody is asked which of them are meant. */
export const manyApplications = 5;

export interface Detection {
  /** As in the file; empty where nothing is recognised. */
  profile: Partial<ProfileFile>;
  evidence: Evidence[];
  questions: Question[];
  /** none: nothing recognised. low: a guess. high: several files say the same. */
  confidence: "none" | "low" | "high";
  /** Of the first application. */
  manager?: string;
  framework?: string;
  /** What builds the first application, as one line. */
  build?: string;
  apps: Placed[];
}

/** Reads a repository, or only the applications in some of its folders, and says what it is. Runs nothing, writes nothing, opens no file of real secrets. */
export async function detect(
  dir: string,
  { signal, only }: { signal?: AbortSignal; only?: readonly string[] } = {},
): Promise<Detection> {
  const root = resolve(dir);
  const tree = await readTree(root, signal);
  const compose = readCompose(tree);
  const apps = findApplications(tree, compose).filter(
    ({ scope }) => only === undefined || only.includes(scope.dir || "."),
  );
  if (signal?.aborted) throw fault("cancelled", ["Detection"]);
  const [main] = apps;
  if (main === undefined) return { profile: {}, evidence: [], questions: [], confidence: "none", apps: [] };
  const rootScope = scopeOf(tree, "");
  const services = findServices(apps, rootScope, compose);
  const env = findEnv(apps, rootScope, services.services);
  const name = digText(parseJson(tree.text("app.json")), "name") ?? basename(root);
  const { profile, evidence, questions, apps: placed } = assemble(name, apps, services, env);
  const build = main.facts.build.join(" && ");
  return {
    profile,
    evidence,
    questions,
    confidence: main.facts.strength >= 60 ? "high" : "low",
    ...(main.facts.manager === undefined ? {} : { manager: main.facts.manager }),
    ...(main.facts.framework === undefined ? {} : { framework: main.facts.framework }),
    ...(build === "" ? {} : { build }),
    apps: placed,
  };
}
