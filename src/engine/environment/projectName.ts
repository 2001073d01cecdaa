import { basename } from "node:path";
import type { Profile } from "../profile/index.ts";
import type { Here } from "./here.ts";
import { recall } from "./memory.ts";

/** What an environment is called unless somebody else has that name: a rehearsal goes by what it stands beside. */
export function usualProject(here: Here, { name }: Pick<Profile, "name">): string {
  if (here.rehearsal === undefined) return name;
  const { rehearsal: _, ...beside } = here;
  return `${recall(beside)?.project ?? name}-release`;
}

interface NameQuestion {
  /** The name it usually has. */
  name: string;
  folder: string;
  /** Marks this checkout where its folder's name does not tell it from others. */
  id: string;
  before: string | undefined;
  /** Names of the Compose projects of other folders. */
  others: ReadonlySet<string>;
}

/** The profile's own name, unless another checkout of this machine has it: then that of the folder is added. */
export function chooseProjectName({ name, folder, id, before, others }: NameQuestion): string {
  // a name that was made from another one is no longer the project's
  if (before !== undefined && !others.has(before) && (before === name || before.startsWith(`${name}-`)))
    return before;
  const place = slug(basename(folder));
  const candidates = [name, `${name}-${place === name ? "" : place}`, `${name}-${id.slice(0, 6)}`];
  return candidates.find((one) => !one.endsWith("-") && !others.has(one)) ?? `${name}-${id}`;
}

function slug(text: string): string {
  return text
    .toLowerCase()
    .normalize("NFKD")
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "");
}
