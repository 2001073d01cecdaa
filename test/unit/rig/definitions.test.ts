import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { catalog } from "../../rig/images/catalog.ts";
import { basesOf, scriptFile } from "../../rig/images/definition.ts";

describe("the images' definitions", () => {
  test("no name means two things", () => {
    const names = catalog.flatMap(({ name, aliases }) => [name, ...aliases]);
    assert.deepEqual(
      names.filter((name, at) => names.indexOf(name) !== at),
      [],
    );
  });

  test("each stands on another one that the rig makes", () => {
    const names = new Set(catalog.flatMap(({ name, aliases }) => [name, ...aliases]));
    for (const definition of catalog) {
      if (definition.is === "base") continue;
      const bases = basesOf(definition.dockerfile);
      assert.ok(bases.length > 0, `${definition.name} stands on nothing`);
      for (const base of bases) assert.ok(names.has(base), `${definition.name} stands on ${base}`);
    }
  });

  test("each finds its scripts, and nobody fakes Alpine", () => {
    for (const definition of catalog) {
      assert.ok(![definition.name, ...definition.aliases].some((name) => name.includes("alpine")));
      if (definition.is === "built") for (const script of definition.scripts ?? []) scriptFile(script);
    }
  });
});

test("a Dockerfile's bases are its images, not its stages", () => {
  const text =
    "FROM node:24 AS build\nRUN true\nFROM build AS next\nFROM debian:12\nCOPY --from=build /a /b\nCOPY --from=caddy:2 /c /d\n";
  assert.deepEqual(basesOf(text).sort(), ["caddy:2", "debian:12", "node:24"]);
});
