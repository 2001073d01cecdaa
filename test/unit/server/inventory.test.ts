// Lists of servers: read, edited in place, and one name led to one server.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Fault } from "../../../src/engine/process/index.ts";
import {
  editInventory,
  isAddress,
  knownServers,
  readSettings,
  resolveServer,
} from "../../../src/engine/server/index.ts";
import { readInventory } from "../../../src/engine/server/inventory/read.ts";

const text = `# the team's servers
servers:
  fra1:
    address: root@203.0.113.7 # Falkenstein
    price: 4.51 EUR
  fra2: { address: deploy@fra2.example:2222, region: eu, client: Acme }
`;

const refused = (work: () => unknown, says: RegExp) =>
  assert.throws(work, (thrown) => {
    assert.ok(thrown instanceof Fault, String(thrown));
    assert.match(thrown.says, says);
    return true;
  });

test("a list is read", () => {
  assert.deepEqual(readInventory(text, "f"), [
    { name: "fra1", address: "root@203.0.113.7", price: { amount: 4.51, currency: "EUR" } },
    { name: "fra2", address: "deploy@fra2.example:2222", region: "eu", client: "Acme" },
  ]);
  assert.deepEqual(readInventory("", "f"), []);
  assert.deepEqual(readSettings({ a: { address: "a" } }, "settings"), [{ name: "a", address: "a" }]);
});

describe("a mistake is named with its line", () => {
  const cases: [string, string, RegExp][] = [
    [
      "no address",
      "servers:\n  fra1:\n    region: eu\n",
      /f, line [23]: fra1\.address: it has to say how the server is reached/,
    ],
    [
      "a password in an address",
      "servers:\n  fra1: { address: root:secret@host }\n",
      /f, line 2: fra1\.address: write a host of your SSH configuration/,
    ],
    [
      "an unknown word",
      "servers:\n  fra1:\n    address: a\n    password: x\n",
      /f, line 4: "password" means nothing here/,
    ],
    [
      "a price without a currency",
      "servers:\n  fra1:\n    address: a\n    price: 4.51\n",
      /f, line 4: fra1\.price/,
    ],
    ["no YAML", "servers: {\n", /f, line \d: /],
  ];
  for (const [what, wrong, says] of cases) test(what, () => refused(() => readInventory(wrong, "f"), says));
});

test("servers are put in and taken out, and the rest stays as it was", () => {
  const more = editInventory(text, {
    add: { name: "nyc1", address: "nyc1", price: { amount: 6, currency: "USD" } },
  });
  assert.ok(more.startsWith(text));
  assert.deepEqual(readInventory(more, "f").at(-1), {
    name: "nyc1",
    address: "nyc1",
    price: { amount: 6, currency: "USD" },
  });
  assert.equal(editInventory(more, { remove: "nyc1" }), text);
  const less = editInventory(text, { remove: "fra1" });
  assert.match(less, /^# the team's servers\nservers:\n {2}fra2:/);
  assert.deepEqual(readInventory(editInventory("", { add: { name: "a", address: "b" } }), "f"), [
    { name: "a", address: "b" },
  ]);
  const first = editInventory(text.replace(/servers:[\s\S]*/, "servers:\n"), {
    add: { name: "a", address: "b" },
  });
  assert.deepEqual(readInventory(first, "f"), [{ name: "a", address: "b" }]);
});

test("a list of one is empty without it", () => {
  const one = editInventory("", { add: { name: "a", address: "b" } });
  assert.deepEqual(readInventory(editInventory(one, { remove: "a" }), "f"), []);
});

test("a name leads to the team's server first, then the user's, then the SSH configuration's", () => {
  const known = knownServers({
    team: [{ name: "fra1", address: "team" }],
    own: [
      { name: "fra1", address: "own" },
      { name: "lab", address: "root@lab" },
    ],
    hosts: ["lab", "bastion"],
  });
  assert.deepEqual(
    ["fra1", "lab", "bastion"].map((name) => resolveServer(name, known).address),
    ["team", "root@lab", "bastion"],
  );
  refused(() => resolveServer("fra2", known), /No server is called "fra2".*did you mean fra1\?/);
  refused(() => resolveServer("x", []), /add it with "sistership servers add"/);
});

test("an address is what ssh would take, without a password", () => {
  for (const good of [
    "fra1",
    "root@203.0.113.7",
    "deploy@host.example:2222",
    "root@[2001:db8::7]:22",
    "2001:db8::7",
  ])
    assert.ok(isAddress(good), good);
  for (const bad of ["", "-oProxyCommand=x", "root:pw@host", "a b", "host;rm", "user@"])
    assert.ok(!isAddress(bad), bad);
});
