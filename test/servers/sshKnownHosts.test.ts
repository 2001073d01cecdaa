// known_hosts files, held against what OpenSSH's own program reads in them and writes.
import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import fc from "fast-check";
import { run } from "../../src/engine/process/index.ts";
import { fingerprint, KnownHosts, remember } from "../../src/engine/server/ssh/knownHosts.ts";
import { installOnHost } from "../rig/docker/install.ts";
import { type KeyPair, makeKey } from "../rig/servers/keys.ts";

const folder = mkdtempSync(join(tmpdir(), "sistership-"));
const file = join(folder, "known_hosts");
let keys: KeyPair[] = [];

before(async () => {
  await installOnHost([["/usr/bin/ssh-keygen", "openssh-client"]]);
  const types = ["ed25519", "ecdsa", "ed25519", "ecdsa"] as const;
  keys = await Promise.all(types.map((type, at) => makeKey(folder, `key${at}`, type)));
});
after(() => rmSync(folder, { recursive: true }));

const publicOf = (at: number) => keys[at]?.public ?? "";
const blobOf = (at: number) => Buffer.from(publicOf(at).split(" ")[1] ?? "", "base64");
const keygen = (...args: string[]) =>
  run({ program: "ssh-keygen", args: [...args, "-f", file] }, { accept: [0, 1] });
const write = (...lines: string[]) => writeFileSync(file, lines.map((line) => `${line}\n`).join(""));

/** The keys that ssh-keygen finds for a name. */
async function theirs(...names: string[]): Promise<number[]> {
  const found = await Promise.all(names.map((name) => keygen("-F", name)));
  return keys.flatMap(({ public: key }, at) =>
    found.some(({ stdout }) => stdout.includes(key)) ? [at] : [],
  );
}

function ours(host: string, port: number): number[] {
  const known = new KnownHosts([file], host, port);
  return keys.flatMap((_, at) => (known.verdict(blobOf(at)).verdict === "known" ? [at] : []));
}

describe("known hosts", () => {
  test("are found as ssh-keygen finds them: several names, ports, wildcards, negation, hashes", async () => {
    const name = fc.constantFrom(
      "a",
      "b.example",
      "[a]:2222",
      "*.example",
      "!c.example",
      "[*]:2222",
      "?",
      "10.0.0.*",
      "A",
    );
    const line = fc.record({
      names: fc.uniqueArray(name, { minLength: 1, maxLength: 3 }),
      key: fc.integer({ min: 0, max: 3 }),
      before: fc.constantFrom("", " ", "# old\n\n", "nonsense\n"),
      after: fc.constantFrom("", " someone@somewhere", "\r"),
    });
    const host = fc.constantFrom("a", "b.example", "c.example", "10.0.0.9", "z");
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { maxLength: 5 }),
        host,
        fc.constantFrom(22, 2222),
        fc.boolean(),
        async (lines, host, port, hashed) => {
          write(
            ...lines.map(
              ({ names, key, before, after }) => `${before}${names.join(",")} ${publicOf(key)}${after}`,
            ),
          );
          if (hashed) await keygen("-H");
          const names = port === 22 ? [host] : [`[${host}]:${port}`, host];
          assert.deepEqual(ours(host, port), await theirs(...names), readFileSync(file, "utf8"));
        },
      ),
      { numRuns: 60 },
    );
  });

  test("that are revoked or vouched for by an authority are told apart", () => {
    write(
      `@cert-authority *.example ${publicOf(0)}`,
      `@revoked * ${publicOf(1)}`,
      `a ${publicOf(1)}`,
      `@odd a ${publicOf(2)}`,
    );
    const verdict = (host: string, at: number) => new KnownHosts([file], host, 22).verdict(blobOf(at));
    assert.equal(verdict("a", 1).verdict, "revoked");
    assert.equal(verdict("b.example", 0).verdict, "authority");
    assert.equal(verdict("b.example", 3).verdict, "authority");
    assert.equal(verdict("c", 2).verdict, "unknown");
    assert.deepEqual(new KnownHosts([file], "b.example", 22).types, []);
  });

  test("that have changed are told, and where they stand; another type is no way around", () => {
    write("# first", `b ${publicOf(0)}`, `a ${publicOf(1)}`, `a ${publicOf(0)}`);
    const changed = new KnownHosts([file], "a", 22).verdict(blobOf(2));
    assert.ok(changed.verdict === "changed");
    assert.deepEqual([changed.known.file, changed.known.line, changed.known.type], [file, 4, "ssh-ed25519"]);
    assert.equal(new KnownHosts([file], "b", 22).verdict(blobOf(3)).verdict, "changed");
    assert.deepEqual(new KnownHosts([file], "a", 22).types, ["ecdsa-sha2-nistp256", "ssh-ed25519"]);
  });

  test("fingerprints are those that ssh-keygen shows", async () => {
    for (const [at, key] of keys.entries()) {
      const { stdout } = await run({ program: "ssh-keygen", args: ["-lf", `${key.file}.pub`] });
      assert.equal(fingerprint(blobOf(at)), stdout.split(" ")[1]);
    }
  });

  for (const hashed of [false, true]) {
    test(`are added so that ssh-keygen finds them${hashed ? ", hashed" : ""}, and nothing else changes`, async () => {
      const before = `# mine\nb ${publicOf(0)} me`; // its last line is open
      writeFileSync(file, before);
      chmodSync(file, 0o640);
      remember(file, "a.example", 22, blobOf(1), hashed);
      remember(file, "a.example", 2222, blobOf(2), hashed);
      remember(file, "2001:db8::1", 22, blobOf(3), hashed);

      const text = readFileSync(file, "utf8");
      assert.ok(text.startsWith(`${before}\n`));
      assert.equal(text.includes("a.example"), !hashed);
      assert.equal(statSync(file).mode & 0o777, 0o640);
      assert.deepEqual(await theirs("b"), [0]);
      assert.deepEqual(await theirs("a.example"), [1]);
      assert.deepEqual(await theirs("[a.example]:2222"), [2]);
      assert.deepEqual(await theirs("2001:db8::1"), [3]);
      assert.deepEqual(ours("a.example", 22), [1]);
    });
  }

  test("are begun in a folder that is the user's alone", () => {
    const fresh = join(folder, "home", ".ssh", "known_hosts");
    remember(fresh, "a", 22, blobOf(0), false);
    assert.equal(readFileSync(fresh, "utf8"), `a ${publicOf(0)}\n`);
    assert.equal(statSync(join(fresh, "..")).mode & 0o777, 0o700);
    assert.equal(statSync(fresh).mode & 0o777, 0o600);
  });
});
