import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Machine } from "../../docker/index.ts";
import { fault } from "../../process/index.ts";
import { editInventory, type InventoryEdit, readInventory } from "./read.ts";
import type { Entry } from "./schema.ts";

/** A list of servers and where it stands. */
export interface Inventory {
  file: string;
  entries: Entry[];
}

/** What a team commits, and what is this user's alone. */
export function inventoryFiles(folder: string, { env, home }: Machine): { team: string; own: string } {
  const config = env.XDG_CONFIG_HOME || join(home, ".config");
  return { team: join(folder, "sistership.servers.yaml"), own: join(config, "sistership", "servers.yaml") };
}

/** The servers of a file; none where there is no file. */
export function openInventory(file: string): Inventory {
  return { file, entries: readInventory(textOf(file), file) };
}

/** Puts a server into a file, or takes it out. All of the change or nothing of it. */
export function changeInventory(file: string, edit: InventoryEdit): void {
  const text = textOf(file);
  const known = readInventory(text, file);
  if ("add" in edit && known.some(({ name }) => name === edit.add.name))
    throw fault("server-known", [edit.add.name, file]);
  const changed = editInventory(text, edit);
  readInventory(changed, file); // nothing is written that could not be read again
  const fresh = `${file}.${process.pid}.new`;
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(fresh, changed);
    renameSync(fresh, file);
  } catch (error) {
    rmSync(fresh, { force: true });
    throw fault("not-written", [file, error instanceof Error ? error.message : String(error)], {
      cause: error,
    });
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR"))
      return "";
    throw error;
  }
}
