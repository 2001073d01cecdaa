// How one gets in: keys, agents, passphrases, passwords, host keys, hosts on the way.
import assert from "node:assert/strict";
import { chmodSync, copyFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { run } from "../../src/engine/process/index.ts";
import { foreignKind } from "../../src/engine/server/ssh/keys.ts";
import { library } from "../../src/engine/server/ssh/library.ts";
import { agentWith } from "../rig/servers/agent.ts";
import { makeKey } from "../rig/servers/keys.ts";
import type { Server } from "../rig/servers/server.ts";
import { type Servers, servers } from "../rig/servers/servers.ts";
import { type Desk, desk, fails, set } from "./reach.ts";

describe("a login", () => {
  let fleet: Servers<readonly ["bare", "sudo"]>;
  let bare: Server;
  let sudo: Server;
  before(async () => {
    fleet = await servers(["bare", "sudo"]);
    [bare, sudo] = fleet.servers;
  });
  after(() => fleet?.[Symbol.asyncDispose]());

  const signal = new AbortController().signal;
  const link = (at: Desk, address = "bare") => at.pool.link({ name: address, address }, signal);
  const who = async (at: Desk, address = "bare") =>
    (await (await link(at, address)).run({ program: "id", args: ["-un"] }, { signal })).stdout.trim();
  /** Lets a further key in as root. */
  const letIn = (key: string) =>
    bare.inside(["tee", "-a", "/root/.ssh/authorized_keys"], { input: `${key}\n` });
  const wrongKey = (at: Server) => at.hostKey.split(" ").slice(1).join(" ");

  describe("by a key", () => {
    test("of each kind, in each format, that its file holds", async () => {
      await using here = desk(bare);
      for (const type of ["ed25519", "ecdsa", "rsa"] as const) {
        const key = await makeKey(here.folder, type, type);
        await letIn(key.public);
        await using other = desk(bare, set("IdentityFile", key.file));
        assert.equal(await who(other), "root", type);
        if (type === "ed25519") continue; // which only OpenSSH's own format can hold
        await run({
          program: "ssh-keygen",
          args: ["-q", "-p", "-m", "PEM", "-P", "", "-N", "secret", "-f", key.file],
        });
        rmSync(`${key.file}.pub`);
        await using older = desk(bare, set("IdentityFile", key.file), { passphrase: "secret" });
        assert.equal(await who(older), "root", type);
      }
    });

    test("asks for its passphrase once, however many connections want it", async () => {
      await using here = desk(bare);
      const key = await makeKey(here.folder, "locked", "ed25519", undefined, "open sesame");
      await letIn(key.public);
      await using other = desk(bare, set("IdentityFile", key.file), { passphrase: ["wrong", "open sesame"] });
      const target = { name: "bare", address: "bare" };
      const both = await Promise.all([other.pool.anew(target, signal), other.pool.anew(target, signal)]);
      for (const one of both) await one[Symbol.asyncDispose]();
      assert.deepEqual(other.asked, [`passphrase ${key.file}`, `passphrase ${key.file}`]);
    });

    test("says when its passphrase was wrong, or not given", async () => {
      await using here = desk(bare);
      const key = await makeKey(here.folder, "locked", "ecdsa", undefined, "open sesame");
      await letIn(key.public);
      await using wrong = desk(bare, set("IdentityFile", key.file), { passphrase: "wrong" });
      await fails(link(wrong), "passphrase-wrong", /The passphrase of .*locked was not right/);
      await using none = desk(bare, set("IdentityFile", key.file));
      await fails(link(none), "login-refused", /the passphrase of .*locked was not given/);
    });

    test("does not ask for the passphrase of a key that the server does not take", async () => {
      await using here = desk(bare);
      const key = await makeKey(here.folder, "stranger", "ed25519", undefined, "open sesame");
      await using other = desk(bare, set("IdentityFile", key.file));
      await fails(link(other), "login-refused", /did not let root in: it did not accept your key/);
      assert.deepEqual(other.asked, []);
    });

    test("of a kind that cannot be used is named when nobody was let in", async () => {
      // sshd shuts an address out for a while that fails too often
      await using _ = await bare.sshd({ perSourcePenalties: false });
      await using here = desk(bare);
      const kind = "sk-ssh-ed25519@openssh.com";
      const file = join(here.folder, "id_ed25519_sk");
      writeFileSync(file, securityKey(kind), { mode: 0o600 });
      await using other = desk(bare, set("IdentityFile", file));
      await fails(
        link(other),
        "login-refused",
        /you have no key for it, and keys of the kind sk-ssh-ed25519@/,
      );
      // one that is damaged is of no foreign kind
      const own = await makeKey(here.folder, "damaged", "ed25519");
      const [head = "", ...lines] = readFileSync(own.file, "utf8").split("\n");
      writeFileSync(own.file, [head, ...lines.slice(0, 2), ...lines.slice(-2)].join("\n"));
      const ssh = await library();
      assert.equal(foreignKind(file, ssh), kind);
      assert.ok(ssh.parse(readFileSync(own.file)) instanceof Error);
      assert.equal(foreignKind(own.file, ssh), undefined);
    });

    test("is refused that others can read, as ssh does", async () => {
      await using here = desk(bare);
      const open = join(here.folder, "open");
      copyFileSync(bare.keyFile, open);
      chmodSync(open, 0o644);
      await using other = desk(bare, set("IdentityFile", open));
      await fails(link(other), "key-open", /can be read by others \(0644\).*chmod 600/);
    });

    test("says when the user is another", async () => {
      // sshd shuts an address out for a while that fails too often, as those before have done on purpose
      await using _ = await bare.sshd({ perSourcePenalties: false });
      await using other = desk(bare, set("User", "nobody-here"));
      await fails(
        link(other),
        "login-refused",
        /did not let nobody-here in: it did not accept your key\. It takes publickey/,
      );
    });
  });

  describe("by an agent", () => {
    test("gets in with the last of ten keys, past what sshd counts as too many", async () => {
      await using here = desk(bare);
      const names = Array.from({ length: 9 }, (_, at) => `key${at}`);
      const strangers = await Promise.all(names.map((name) => makeKey(here.folder, name, "ed25519")));
      await using agent = await agentWith(here.folder, [...strangers.map(({ file }) => file), bare.keyFile]);
      await using penalties = await bare.sshd({ perSourcePenalties: false, maxAuthTries: 6 });
      const withoutFile = (config: string) =>
        config.replaceAll(/^ {2}(IdentityFile|IdentitiesOnly) .*\n/gm, "");
      await using all = desk(bare, withoutFile, {}, { SSH_AUTH_SOCK: agent.socket });
      assert.equal(await who(all), "root");

      // The one that the configuration names comes first, its public half is enough.
      await penalties.end();
      await using strict = await bare.sshd({ maxAuthTries: 1, perSourcePenalties: false });
      const half = join(here.folder, "half.pub");
      copyFileSync(`${bare.keyFile}.pub`, half);
      await using named = desk(bare, set("IdentityFile", half), {}, { SSH_AUTH_SOCK: agent.socket });
      assert.equal(await who(named), "root");
      await strict.end();
    });

    test("of another name, or none", async () => {
      await using here = desk(bare);
      await using agent = await agentWith(here.folder, [bare.keyFile]);
      const only = (identityAgent: string) => (config: string) =>
        config.replaceAll(
          /^ {2}IdentityFile .*\n {2}IdentitiesOnly .*$/gm,
          `  IdentityAgent ${identityAgent}`,
        );
      await using other = desk(bare, only("$OTHER"), {}, { SSH_AUTH_SOCK: "/nowhere", OTHER: agent.socket });
      assert.equal(await who(other), "root");
      await using none = desk(bare, only("none"), {}, { SSH_AUTH_SOCK: agent.socket });
      await fails(link(none), "login-refused", /you have no key for it/);
    });

    test("that holds a certificate: it is said that this is of no use yet", async () => {
      // sshd shuts an address out for a while that fails too often
      await using _ = await bare.sshd({ perSourcePenalties: false });
      await using here = desk(bare);
      const [authority, own] = [
        await makeKey(here.folder, "authority", "ed25519"),
        await makeKey(here.folder, "own", "ed25519"),
      ];
      const sign = ["-q", "-s", authority.file, "-I", "me", "-n", "root", `${own.file}.pub`];
      await run({ program: "ssh-keygen", args: sign });
      await using agent = await agentWith(here.folder, [own.file]);
      const noFile = (config: string) => config.replaceAll(/^ {2}(IdentityFile|IdentitiesOnly) .*\n/gm, "");
      await using other = desk(bare, noFile, {}, { SSH_AUTH_SOCK: agent.socket });
      await fails(
        link(other),
        "login-refused",
        /did not accept your key, and keys of the kind ssh-ed25519-cert-v01@openssh\.com are not understood/,
      );
    });
  });

  describe("by a password", () => {
    const noKeys = (config: string) =>
      config.replaceAll(/^ {2}IdentityFile .*$/gm, "  PubkeyAuthentication no");
    for (const [how, options, prompt] of [
      ["asked for by sshd", { passwordAuthentication: true }, "Password:"],
      ["asked for by PAM", { keyboardAuthentication: true }, "Password:"],
    ] as const) {
      test(`${how}: once, and again when it was wrong`, async () => {
        await using _ = await sudo.sshd({ ...options, perSourcePenalties: false });
        await using here = desk(sudo, noKeys, { password: ["wrong", sudo.sudoPassword ?? ""] });
        assert.equal(await who(here, "sudo"), "deploy");
        const both = [`password deploy ${prompt}`, `password deploy ${prompt}`];
        assert.deepEqual(here.asked, both);
        await using again = await here.pool.anew({ name: "sudo", address: "sudo" }, signal);
        assert.equal(again.peer.user, "deploy");
        assert.deepEqual(here.asked, both);
      });
    }

    test("that is wrong or not given ends it", async () => {
      await using _ = await sudo.sshd({ passwordAuthentication: true, perSourcePenalties: false });
      await using wrong = desk(sudo, noKeys, { password: "wrong" });
      await fails(link(wrong, "sudo"), "login-refused", /the password was not right/);
      await using none = desk(sudo, noKeys);
      await fails(link(none, "sudo"), "login-refused", /no password was given/);
    });
  });

  describe("to a host key", () => {
    const unknown = (config: string) =>
      config.replaceAll(/^ {2}StrictHostKeyChecking .*$/gm, "  StrictHostKeyChecking no");
    const forget = (at: Desk, text = "") => writeFileSync(at.knownHosts, text);

    test("that is new shows its fingerprint and asks, once, and keeps the answer; no option is in its place", async () => {
      await using here = desk(bare, unknown, { trust: true });
      forget(here);
      const target = { name: "shop", address: "bare" };
      const links = await Promise.all([here.pool.anew(target, signal), here.pool.link(target, signal)]);
      const [{ peer }] = links;
      assert.deepEqual(here.asked, [`trust shop ${bare.address} ssh-ed25519 ${peer.fingerprint}`]);
      assert.equal(readFileSync(here.knownHosts, "utf8"), `${bare.address} ${wrongKey(bare)}\n`);
      await links[0][Symbol.asyncDispose]();
    });

    test("that is new and not confirmed, or may not be asked for, ends it", async () => {
      await using no = desk(bare, unknown);
      forget(no);
      await fails(link(no), "host-key-unknown", /ssh-ed25519 SHA256:.* not known here yet.*not confirmed/);
      assert.equal(readFileSync(no.knownHosts, "utf8"), "");
      await using strict = desk(bare);
      forget(strict);
      await fails(
        link(strict),
        "host-key-unknown",
        /StrictHostKeyChecking of your SSH configuration forbids to ask/,
      );
      assert.deepEqual(strict.asked, []);
    });

    test("that has changed is refused with both fingerprints, whatever is answered or set", async () => {
      await using here = desk(bare, unknown, { trust: true });
      forget(here, `${bare.address} ${wrongKey(sudo)}\n`);
      await fails(
        link(here),
        "host-key-changed",
        /has ssh-ed25519 SHA256:\S+, you know ssh-ed25519 SHA256:\S+ \(.*known_hosts, line 1\)/,
      );
      assert.deepEqual(here.asked, []);
    });

    test("of the type that is known is asked for, though the server has others", async () => {
      const { stdout } = await bare.inside(["cat", "/etc/ssh/ssh_host_ecdsa_key.pub"]);
      await using here = desk(bare);
      forget(here, `${bare.address} ${stdout}`);
      assert.equal(await who(here), "root");
    });

    test("that is revoked, or only vouched for by an authority, is refused in words", async () => {
      await using here = desk(bare, unknown, { trust: true });
      forget(here, `@revoked * ${wrongKey(bare)}\n`);
      await fails(link(here), "host-key-revoked", /which .*known_hosts, line 1 revokes/);
      forget(here, `@cert-authority * ${wrongKey(sudo)}\n`);
      await fails(link(here), "host-key-unknown", /trusts an authority instead, whose certificates/);
      assert.deepEqual(here.asked, []);
    });
  });

  describe("by way of", () => {
    test("two hosts, each with its own key and host key", async () => {
      await using here = desk(
        bare,
        (config) =>
          `Host far\n  HostName bare\n  HostKeyAlias ${bare.address}\n  ProxyJump bare,sudo\n  User root\n  IdentityFile ${bare.keyFile}\n  UserKnownHostsFile ${bare.knownHosts}\n${config}`,
      );
      const far = await link(here, "far");
      const { stdout } = await far.run({ program: "sh", args: ["-c", "echo $SSH_CONNECTION"] }, { signal });
      assert.ok([sudo.address, sudo.address6].includes(stdout.split(" ")[0]), stdout);
      assert.equal(far.peer.host, "bare"); // a name that only the last host on the way knows
    });

    test("a host that leads nobody on says so", async () => {
      await using _ = await sudo.sshd({ allowTcpForwarding: false });
      await using here = desk(bare, (config) =>
        config.replace("Host bare\n", "Host bare\n  ProxyJump sudo\n"),
      );
      await fails(
        link(here),
        "forwarding-forbidden",
        /sudo does not lead connections on to .*AllowTcpForwarding yes/,
      );
    });

    test("a command", async () => {
      await using here = desk(bare, (config) =>
        config.replace("Host bare\n", `Host bare\n  ProxyCommand ssh -F ${bare.sshConfig} -W %h:%p sudo\n`),
      );
      assert.equal(await who(here), "root");
      await using broken = desk(bare, (config) =>
        config.replace("Host bare\n", "Host bare\n  ProxyCommand false\n"),
      );
      await fails(
        link(broken),
        "server-unreachable",
        /the ProxyCommand of your SSH configuration ended before the login/,
      );
    });

    test("IPv6, where this machine has it", async (t) => {
      if (bare.address6 === undefined) return t.skip("this machine has no IPv6");
      await using here = desk(bare);
      const address = `root@[${bare.address6}]:22`;
      writeFileSync(here.configFile, `IdentityFile ${bare.keyFile}\nUserKnownHostsFile ${bare.knownHosts}\n`);
      const six = await here.pool.link({ name: "six", address }, signal);
      const { stdout } = await six.run({ program: "sh", args: ["-c", "echo $SSH_CONNECTION"] }, { signal });
      assert.equal(stdout.split(" ")[2], bare.address6);
    });
  });

  describe("that finds nothing", () => {
    const cases = [
      [
        "no such name",
        set("HostName", "no-such-host.invalid"),
        /no machine of the name no-such-host\.invalid/,
      ],
      ["a closed port", set("Port", "1"), /refused the connection\. Check the port \(1\)/],
      ["a name that is none", undefined, /"bad name" is not a server/],
    ] as const;
    for (const [what, change, says] of cases) {
      test(`says so: ${what}`, async () => {
        await using here = desk(bare, change);
        if (change) await fails(link(here), "server-unreachable", says);
        else await fails(link(here, "bad name"), "server-name", says);
      });
    }

    test("says that the server is silent, and can be cancelled before that", async () => {
      await using _ = await bare.pause();
      await using here = desk(bare, set("ConnectTimeout", "1"));
      await fails(link(here), "server-unreachable", /did not answer within 1 s/);
      const cancel = new AbortController();
      const linking = here.pool.link({ name: "bare", address: "bare" }, cancel.signal);
      setImmediate(() => cancel.abort());
      await fails(linking, "cancelled", /was cancelled/);
    });

    test("says what is wrong with the configuration, and where", async () => {
      for (const [line, says] of [
        ["Match exec true", /config, line 1: "Match exec" is not understood/],
        ["Port many", /config, line 1: "many" is not a number/],
        ["CanonicalizeHostname yes", /config, line 1: CanonicalizeHostname is not understood/],
      ] as const) {
        await using here = desk(bare, (config) => `${line}\n${config.replaceAll(/^ {2}Port .*\n/gm, "")}`);
        await fails(link(here), "ssh-config", says);
      }
    });
  });
});

/** The file of a key whose private half lies in a device. */
function securityKey(kind: string): string {
  const string = (value: string | Buffer) => {
    const bytes = Buffer.from(value);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    return Buffer.concat([length, bytes]);
  };
  const half = Buffer.concat([string(kind), string(Buffer.alloc(32, 1)), string("ssh:")]);
  const one = Buffer.from([0, 0, 0, 1]);
  const key = [
    Buffer.from("openssh-key-v1\0"),
    string("none"),
    string("none"),
    string(""),
    one,
    string(half),
  ];
  const base64 = Buffer.concat([...key, string(Buffer.alloc(64))]).toString("base64");
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${base64.replaceAll(/.{70}/g, "$&\n")}\n-----END OPENSSH PRIVATE KEY-----\n`;
}
