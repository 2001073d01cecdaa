import assert from "node:assert/strict";
import { test } from "node:test";
import { sourcesFor } from "../../rig/docker/apt.ts";

const stanzas = `# made by the installer
Types: deb
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://mirror.example/debian-security
Suites: bookworm-security
Components: main
`;

test("Debian's stanzas are handed on for another suite", () => {
  const [file, ...rest] = sourcesFor("trixie", "bookworm", [{ name: "debian.sources", text: stanzas }]);
  assert.equal(rest.length, 0);
  assert.equal(file?.name, "debian.sources");
  assert.match(file?.text ?? "", /Suites: trixie trixie-updates\n/);
  assert.match(file?.text ?? "", /Suites: trixie-security\n/);
  assert.doesNotMatch(file?.text ?? "", /bookworm|#/);
});

test("so are lines of the old kind, without those that are commented out", () => {
  const text =
    "deb http://mirror.example/debian bookworm main\n# deb-src http://mirror.example/debian bookworm main\n";
  assert.deepEqual(sourcesFor("trixie", "bookworm", [{ name: "main.list", text }]), [
    { name: "main.list", text: "deb http://mirror.example/debian trixie main\n" },
  ]);
});

test("sources of others, which know no such suite, are left out", () => {
  const other = "Types: deb\nURIs: https://vendor.example/apt\nSuites: stable\nComponents: main\n";
  assert.deepEqual(sourcesFor("trixie", "bookworm", [{ name: "vendor.sources", text: other }]), []);
});
