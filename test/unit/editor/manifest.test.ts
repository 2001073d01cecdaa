import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { commandIds, contextKeys, settingIds, viewIds } from "../../../src/editor/ids.ts";

const root = join(import.meta.dirname, "../../..");
const manifestText = readFileSync(join(root, "package.json"), "utf8");
const { contributes, capabilities } = JSON.parse(manifestText);
const strings: Record<string, string> = JSON.parse(readFileSync(join(root, "package.nls.json"), "utf8"));

interface Contributed {
  command: string;
  title: string;
  category: string;
  icon: string;
}
const commands: Contributed[] = contributes.commands;

/** Every string that stands anywhere in a value. */
function texts(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(texts);
}

describe("package.json and the code agree", () => {
  test("on commands", () => {
    assert.deepEqual(commands.map(({ command }) => command).sort(), [...commandIds].sort());
  });
  test("on views", () => {
    const views: { id: string }[] = contributes.views.sistership;
    assert.deepEqual(
      views.map(({ id }) => id),
      [...viewIds],
    );
  });
  test("on settings", () => {
    assert.deepEqual(Object.keys(contributes.configuration.properties), [...settingIds]);
  });
  test("on context keys: each is set somewhere, and each that is asked for exists", () => {
    const conditions = [
      ...texts(contributes.menus),
      ...contributes.viewsWelcome.map(({ when }: { when: string }) => when),
      ...contributes.commands.map(({ enablement }: { enablement?: string }) => enablement ?? ""),
    ].join(" ");
    const ours: readonly string[] = [...commandIds, ...viewIds, "sistership.yaml"];
    const asked = new Set(conditions.match(/\bsistership\.\w+\b/g)?.filter((word) => !ours.includes(word)));
    assert.deepEqual([...asked].sort(), Object.keys(contextKeys).sort());
  });
});

describe("contributions", () => {
  test("every command has a category, an icon and a title", () => {
    for (const { command, title, category, icon } of commands) {
      assert.match(icon, /^\$\([\w-]+\)$/, command);
      assert.equal(category, "Sistership", command);
      assert.match(title, /^%command\.\w+%$/, command);
    }
  });
  test("menus, welcome views and the walkthrough name only commands that exist", () => {
    const known = new Set<string>([
      ...commandIds,
      ...viewIds.map((id) => `${id}.focus`),
      "workbench.trust.manage",
    ]);
    const menus: { command: string }[] = Object.values(contributes.menus).flatMap(
      (menu) => menu as { command: string }[],
    );
    const linked = [...Object.values(strings), manifestText].join(" ").matchAll(/command:([\w.]+)/gi);
    const named = [...menus.map(({ command }) => command), ...[...linked].flatMap(([, id]) => id ?? [])];
    assert.ok(named.length > commandIds.length);
    for (const id of named) assert.ok(known.has(id), id);
  });
  test("every text stands in package.nls.json, and every one there is used", () => {
    const used = [...manifestText.matchAll(/"%([\w.]+)%"/g)].map(([, key]) => key);
    assert.deepEqual([...new Set(used)].sort(), Object.keys(strings).sort());
  });
  test("every picture exists", () => {
    for (const file of texts(contributes).filter((text) => text.startsWith("media/"))) {
      assert.match(readFileSync(join(root, file), "utf8"), /^<svg /, file);
    }
  });
  test("settings that reach programs are not taken from a folder that is not trusted", () => {
    assert.deepEqual(capabilities.untrustedWorkspaces.restrictedConfigurations, [...settingIds]);
  });
});
