import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { type Files, withTree } from "./tree.ts";

const program = join(import.meta.dirname, "../../../src/cli.ts");

function sistership(...args: string[]) {
  return spawnSync(process.execPath, [program, ...args], { encoding: "utf8" });
}

const ten: Files = Object.fromEntries(
  Array.from({ length: 10 }, (_, index) => index + 1).flatMap((number) => [
    [
      `apps/shop${number}/package.json`,
      { name: `shop${number}`, scripts: { start: "node main.js" }, dependencies: { express: "5" } },
    ],
    [`apps/shop${number}/main.js`, `require('express')().listen(${3000 + number})\n`],
  ]),
);

describe("a repository with ten applications", () => {
  test("says that there are ten, and how to take some of them", () =>
    withTree(ten, async (dir) => {
      const { stdout, status } = sistership("detect", dir);
      assert.equal(status, 0);
      assert.match(stdout, /10 applications are here: apps\/shop1, .*--only apps\/shop1 takes one of them/);
    }));

  test("becomes a profile of those that are named", () =>
    withTree(ten, async (dir) => {
      const { status, stderr } = sistership("init", dir, "--only", "apps/shop2, ./apps/shop7/");
      assert.equal(status, 0, stderr);
      const text = readFileSync(join(dir, "sistership.yaml"), "utf8");
      assert.deepEqual(text.match(/^ {2}shop\d+(?=:)/gm), ["  shop2", "  shop7"]);
    }));

  test("names the folders where one is asked for that holds none, and writes nothing", () =>
    withTree(ten, async (dir) => {
      const { status, stderr } = sistership("init", dir, "--only", "apps/shop11");
      assert.equal(status, 2);
      assert.match(stderr, /No application is in apps\/shop11\. Applications are in: apps\/shop1, /);
      assert.equal(existsSync(join(dir, "sistership.yaml")), false);
    }));
});

const nothings: readonly { title: string; files: Files }[] = [
  { title: "an empty folder", files: {} },
  {
    title: "a language that is not known",
    files: { "main.zig": "pub fn main() void {}\n", "build.zig": "" },
  },
  {
    title: "notes and settings only",
    files: { "README.md": "# Mine\n", ".vimrc": "set nu\n", "brew.sh": "brew\n" },
  },
];

for (const { title, files } of nothings)
  test(`${title} is said to be nothing that can be started`, () =>
    withTree(files, async (dir) => {
      const { status, stdout, stderr } = sistership("detect", dir);
      assert.equal(status, 1);
      assert.equal(stdout, "");
      assert.match(stderr, /Nothing in .* says what it is made of: open the folder that holds/);
    }));

test("applications for phones and desks are put on no server", () =>
  withTree(
    {
      "apps/phone/package.json": {
        name: "phone",
        main: "index.js",
        scripts: { start: "expo start" },
        dependencies: { expo: "53", "react-native": "0.79" },
      },
      "apps/api/package.json": {
        name: "api",
        scripts: { start: "node main.js" },
        dependencies: { express: "5" },
      },
      "apps/api/main.js": "require('express')().listen(3000)\n",
      "src/Desk/Desk.csproj":
        '<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><UseMaui>true</UseMaui></PropertyGroup></Project>',
    },
    async (dir) => {
      const { stdout } = sistership("detect", dir, "--json");
      const found: unknown = JSON.parse(stdout);
      assert.match(JSON.stringify(found), /"dir":"apps\/api"/);
      assert.doesNotMatch(JSON.stringify(found), /"dir":"(apps\/phone|src\/Desk)"/);
    },
  ));
