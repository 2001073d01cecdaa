// What we make of an SSH configuration, held against what the user's own ssh makes of it.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import fc from "fast-check";
import { run } from "../../src/engine/process/index.ts";
import { effective } from "../../src/engine/server/ssh/effective.ts";
import { destination, type SshMachine } from "../../src/engine/server/ssh/machine.ts";
import { settingsOf } from "../../src/engine/server/ssh/settings.ts";
import { installOnHost } from "../rig/docker/install.ts";

const home = mkdtempSync(join(tmpdir(), "sistership-"));
const folder = join(home, ".ssh");
const config = join(folder, "config");
const { username: user } = userInfo();
const machine: SshMachine = {
  ...{ configFile: config, home, user, hostname: "here.example", platform: process.platform },
  env: { SSH_AUTH_SOCK: "/run/agent", KEYS: "/keys" },
};

/** ssh takes the home folder from the user database, whatever HOME says: our files are named in full. */
function write(text: string, files: Readonly<Record<string, string>> = {}): void {
  writeFileSync(config, text.replaceAll("~/", `${home}/`));
  for (const [name, included] of Object.entries(files)) writeFileSync(join(folder, name), included);
}

const compared = [
  ...["hostname", "user", "port", "identityfile", "identitiesonly", "identityagent", "certificatefile"],
  ...["proxyjump", "proxycommand", "connecttimeout", "serveraliveinterval", "serveralivecountmax"],
  ...["hostkeyalias", "userknownhostsfile", "globalknownhostsfile", "hashknownhosts", "batchmode"],
  ...["addressfamily", "bindaddress", "passwordauthentication", "kbdinteractiveauthentication"],
  ...["pubkeyauthentication", "numberofpasswordprompts", "stricthostkeychecking"],
];

type Values = Record<string, readonly string[]>;

async function theirs(host: string): Promise<Values> {
  const { stdout } = await run({ program: "ssh", args: ["-G", "-F", config, host] });
  const values: Record<string, string[]> = {};
  for (const line of stdout.split("\n")) {
    const [keyword = "", ...rest] = line.split(" ");
    if (compared.includes(keyword)) values[keyword] = [...(values[keyword] ?? []), rest.join(" ")];
  }
  return values;
}

function ours(host: string, usual: Values): Values {
  const target = destination(host);
  const found = effective(target, machine);
  const { hostname, user, port } = settingsOf(target, machine);
  const values = compared.flatMap((keyword): [string, readonly string[]][] => {
    const given = found.all(keyword);
    if (given.length === 0) return usual[keyword] ? [[keyword, usual[keyword]]] : [];
    if (keyword.endsWith("hostsfile")) return [[keyword, [given.join(" ")]]];
    return [[keyword, given.map((value) => printed(keyword, value))]];
  });
  return { ...Object.fromEntries(values), hostname: [hostname], user: [user], port: [String(port)] };
}

/** As `ssh -G` prints it. */
function printed(keyword: string, value: string): string {
  if (keyword === "pubkeyauthentication" || keyword === "stricthostkeychecking")
    return { yes: "true", no: "false" }[value] ?? value;
  if (keyword === "hostkeyalias") return value.toLowerCase();
  if (!/timeout|interval/.test(keyword)) return value;
  const [, minutes = 0, seconds = 0] = /^(?:(\d+)m)?(?:(\d+)s?)?$/.exec(value) ?? [];
  return String(Number(minutes) * 60 + Number(seconds));
}

before(async () => {
  await installOnHost([["/usr/bin/ssh", "openssh-client"]]);
  mkdirSync(folder);
});
after(() => rmSync(home, { recursive: true }));

describe("the settings of a host", () => {
  let usual: Values;
  before(async () => {
    write("");
    usual = await theirs("nobody");
  });
  const same = async (host: string) => assert.deepEqual(ours(host, usual), await theirs(host));

  const cases: readonly [what: string, host: string, text: string, files?: Record<string, string>][] = [
    [
      "the first value wins",
      "a",
      "Host a\n User one\n Port 1\nHost *\n User two\n Port 2\n HostName %h.example\n",
    ],
    [
      "a negated pattern wins over all others",
      "web1",
      "Host * !web?\n User no\nHost web* !web2\n User yes\n",
    ],
    [
      "several keys, in quotes, with spaces, given twice",
      "a",
      `IdentityFile "~/a key"\nIdentityFile ~/b\nIdentityFile "~/a key"\nIdentityFile none\n`,
    ],
    [
      "equals signs, tabs, comments, capitals",
      "a",
      "HOST=a\n\tuser = bob # me\n  Port=2200\n# Port 1\nHostName  =  x\n",
    ],
    [
      "quotes and backslashes",
      "a",
      `IdentityFile 'a "b" c'\nIdentityFile a\\ b\nIdentityFile "a \\"b\\""\nIdentityFile "a#b"\n`,
    ],
    [
      "a jump wins over a command that comes later",
      "a",
      "Host a\n ProxyJump u@one:22,two\n ProxyCommand nc %h %p\n",
    ],
    [
      "a command wins over a jump that comes later",
      "a",
      "Host a\n ProxyCommand nc -x 'a b' %h %p # no comment\n ProxyJump one\n",
    ],
    ["times", "a", "ConnectTimeout 1m30\nServerAliveInterval 2m\n"],
    ["a user and an IPv6 address", "bob@2001:db8::1", "Host 2001:*\n Port 99\n User other\n"],
    [
      "Match: user, local user, host, original host",
      "bob@a",
      `Host a\n HostName b\nMatch host b user bob,al*\n Port 7\nMatch originalhost a !localuser ${user}\n BatchMode yes\nMatch originalhost A !user x\n HashKnownHosts yes\nMatch all\n ServerAliveInterval 9\n`,
    ],
    [
      "Match final reads twice",
      "a",
      "Match final host a.example\n User late\n IdentityFile ~/late\nMatch !final\n Port 4\nHost a\n HostName a.example\n IdentityFile ~/early\n",
    ],
    ["Match canonical", "a", "Match canonical\n User c\nHost a\n User d\n"],
    [
      "Include: patterns, nested, in a block, what it leaves open",
      "a",
      "Host b\n Include one\nHost a\n Include o*e tw[op]\n Port 5\n",
      {
        one: "User one\nInclude three\n",
        two: "Host b\n User two\nHost a\n ServerAliveCountMax 8\n",
        three: "HashKnownHosts yes\n",
      },
    ],
    ["known hosts files", "a", "UserKnownHostsFile ~/a ~/b\nGlobalKnownHostsFile none\nHostKeyAlias Foo\n"],
    [
      "old names of keywords",
      "a",
      "ChallengeResponseAuthentication no\nNumberOfPasswordPrompts 1\nPubkeyAuthentication no\n",
    ],
  ];
  for (const [what, host, text, files] of cases) {
    test(`like ssh's: ${what}`, async () => {
      // a pattern of Include that names no folder looks into that of the user's own configuration
      write(
        text.replace(
          /Include (.*)/g,
          (_, names: string) =>
            `Include ${names
              .split(" ")
              .map((name) => join(folder, name))
              .join(" ")}`,
        ),
        inFolder(files),
      );
      await same(host);
    });
  }

  test("like ssh's, whatever stands in it", async () => {
    const pattern = fc.constantFrom(
      "*",
      "a",
      "b",
      "a*",
      "?b",
      "!a",
      "!*b",
      "ab",
      "A",
      "*.example",
      "b.example",
    );
    const patterns = (separator: string) =>
      fc.array(pattern, { minLength: 1, maxLength: 3 }).map((all) => all.join(separator));
    const setting = fc.oneof(
      fc.constantFrom("a.example", "%h.example", "x%%y", "b").map((name) => `HostName ${name}`),
      fc.constantFrom("one", '"two"', "al").map((name) => `User ${name}`),
      fc.integer({ min: 1, max: 65_535 }).map((port) => `Port ${port}`),
      fc.constantFrom("~/k1", '"~/k 2"', "%d/k3", "none").map((file) => `IdentityFile ${file}`),
      fc.constantFrom("one,two", "u@three:44").map((jump) => `ProxyJump ${jump}`),
      fc.constantFrom("nc %h %p", "sh -c 'a'  b").map((line) => `ProxyCommand=${line}`),
      fc.constantFrom(
        "IdentitiesOnly yes",
        "identitiesonly no",
        "NumberOfPasswordPrompts 1",
        "HashKnownHosts = yes",
      ),
      fc.constantFrom("UserKnownHostsFile /a /b", "UserKnownHostsFile none", "AddressFamily inet6"),
      fc.constantFrom("ServerAliveInterval 7", "ConnectTimeout 2m", "HostKeyAlias z", "IdentityAgent none"),
    );
    const condition = fc.oneof(
      fc
        .tuple(fc.constantFrom("host", "originalhost", "user", "localuser", "!host", "!user"), patterns(","))
        .map((all) => all.join(" ")),
      fc.constantFrom("final", "!final"),
    );
    const block = fc.oneof(
      patterns(" ").map((all) => `Host ${all}`),
      fc.array(condition, { minLength: 1, maxLength: 3 }).map((all) => `Match ${all.join(" ")}`),
      fc.constantFrom("Match all", `Include ${folder}/part*`),
    );
    const lines = (most: number) =>
      fc
        .array(fc.oneof({ weight: 3, arbitrary: setting }, { weight: 2, arbitrary: block }), {
          maxLength: most,
        })
        .map((all) => all.join("\n"));
    const part = lines(5).map((text) => text.replaceAll(/^Include.*/gm, ""));
    await fc.assert(
      fc.asyncProperty(
        lines(14),
        part,
        part,
        fc.constantFrom("a", "b", "ab", "al@a", "one@b.example", "AB"),
        async (text, one, two, host) => {
          write(text, { part1: one, part2: two });
          await same(host);
        },
      ),
      { numRuns: 120 },
    );
  });
});

function inFolder(files: Record<string, string> = {}): Record<string, string> {
  return Object.fromEntries(
    Object.entries(files).map(([name, text]) => [
      name,
      text.replace(/Include (\w+)/g, `Include ${folder}/$1`),
    ]),
  );
}
