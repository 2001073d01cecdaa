import { LineCounter, parseDocument, stringify } from "yaml";
import type { z } from "zod";
import { fault } from "../../process/index.ts";
import { editProfile, locate } from "../../profile/index.ts";
import { type Entry, entries, entriesOf, inventory, written } from "./schema.ts";

/** The servers that a file names; a mistake is a Fault with its line. */
export function readInventory(text: string, file: string): Entry[] {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const lineOf = (offset: number) => Math.max(1, lines.linePos(offset).line);
  const [broken] = document.errors;
  if (broken)
    throw fault("inventory-wrong", [file, lineOf(broken.pos[0]), broken.message.split("\n")[0] ?? ""]);
  const parsed = inventory.safeParse(document.toJS() ?? {});
  if (parsed.success) return entriesOf(parsed.data.servers);
  const { path, says } = issueOf(parsed.error);
  const found = locate(document, path);
  throw fault("inventory-wrong", [file, lineOf((found.value ?? found.key)?.from ?? 0), says]);
}

/** The servers of the editor's setting. */
export function readSettings(value: unknown, where: string): Entry[] {
  const parsed = entries.safeParse(value ?? {});
  if (parsed.success) return entriesOf(parsed.data);
  throw fault("inventory-wrong", [where, 1, issueOf(parsed.error).says]);
}

function issueOf({ issues }: z.ZodError): { path: (string | number)[]; says: string } {
  const [issue] = issues;
  const path = (issue?.path ?? []).filter((part) => typeof part !== "symbol");
  const where = path.filter((part) => part !== "servers").join(".");
  if (issue?.code === "unrecognized_keys") {
    const [key = ""] = issue.keys;
    return {
      path: [...path, key],
      says: `"${key}" means nothing here; a server has address, region, client and price`,
    };
  }
  const missing = issue?.code === "invalid_type" && path.at(-1) === "address";
  const says = missing
    ? `${where}: it has to say how the server is reached, as "user@host"`
    : `${where}: ${issue?.message ?? ""}`;
  return { path, says: says.replace(/^: /, "") };
}

export type InventoryEdit = { add: Entry } | { remove: string };

/** Changes a file's text in place: comments and order stay. */
export function editInventory(text: string, edit: InventoryEdit): string {
  if ("remove" in edit) {
    const less = editProfile(text, [{ delete: ["servers", edit.remove] }]);
    return less.trim() === "{}" ? "servers: {}\n" : less;
  }
  const { name } = edit.add;
  const alone = { [name]: written(edit.add) };
  if (text.trim() === "") return stringify({ servers: alone });
  const [path, value] = /^servers:\s*\S/m.test(text)
    ? [["servers", name], alone[name]]
    : [["servers"], alone];
  return editProfile(text, [{ set: path, value }]);
}
