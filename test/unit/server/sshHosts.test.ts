import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { sshHosts } from "../../../src/engine/server/index.ts";

const home = mkdtempSync(join(tmpdir(), "sistership-"));
after(() => rmSync(home, { recursive: true }));
mkdirSync(join(home, ".ssh/conf.d"), { recursive: true });

const config = (name: string, text: string) => {
  const file = join(home, ".ssh", name);
  writeFileSync(file, text);
  return file;
};
const names = (file: string) => sshHosts(file, home).map(({ name }) => name);

test("hosts are named in their order, patterns and comments are not hosts", () => {
  const file = config(
    "config",
    `# Host commented\nHost fra1 fra2 *.example !bad\n  HostName 1.2.3.4\n\thost = "with space"\nHost=short\nHost *\n  User root\nHost fra1\n`,
  );
  assert.deepEqual(names(file), ["fra1", "fra2", "with space", "short"]);
  assert.equal(sshHosts(file, home)[0]?.line, 2);
});

test("included files are read: relative, from home, by pattern, missing ones and circles too", () => {
  config("conf.d/b.conf", "Host b\n");
  config("conf.d/a.conf", "Host a\nInclude config2\n");
  config("conf.d/note.txt", "Host note\n");
  const file = config("config2", "Include conf.d/*.conf ~/.ssh/none gone/*\nHost last\nInclude config2\n");
  assert.deepEqual(names(file), ["a", "b", "last"]);
});

test("no configuration is no host; a name that ssh would take for an option is left out", () => {
  assert.deepEqual(names(join(home, "none")), []);
  assert.deepEqual(names(config("evil", "Host -oProxyCommand=sh ok\n")), ["ok"]);
});
