// What a server tells of itself, read: systems that are not here to be asked tell it by their own words.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { promisify } from "node:util";
import { read } from "../../../src/engine/server/facts/read.ts";
import { skewOf } from "../../../src/engine/server/facts/skew.ts";
import { concerns } from "../../../src/engine/server/facts/summary.ts";
import { compareVersions } from "../../../src/engine/server/facts/updates.ts";

const times = { sent: 1_000_000, received: 1_000_400 };
const told = (...lines: string[]) => {
  const found = read(["began=1000.1", ...lines, "ended=1000.3"].join("\n"), times);
  assert.ok(found);
  return found;
};

test("a script that did not run to its end told nothing", () => {
  assert.equal(read("began=1000.1\nkernel=Linux 6", times), undefined);
});

test("a system that has nothing but a kernel is called by that", () => {
  const { system, memory, docker, architecture, init } = told("kernel=FreeBSD 14.1-RELEASE", "machine=arm64");
  assert.deepEqual(
    [system.id, system.name, memory, architecture, init],
    ["freebsd", "FreeBSD 14.1-RELEASE", undefined, "arm64", "other"],
  );
  assert.deepEqual(docker, { state: "missing", podman: false });
});

describe("Docker", () => {
  const running = [
    "docker.program=Docker version 20.10.24",
    "docker.root=/var/lib/docker",
    "docker.driver=overlay2",
  ];
  const cases: [string, string[], string][] = [
    ["is podman by another name", ["docker.program=podman version 5.4.0"], "podman"],
    [
      "may not be asked",
      [
        "docker.program=Docker version 28",
        "docker.trouble=permission denied while trying to connect to the Docker daemon socket",
      ],
      "denied",
    ],
    [
      "does not answer",
      [
        "docker.program=Docker version 28",
        "docker.version=",
        "docker.trouble=Cannot connect to the Docker daemon",
      ],
      "stopped",
    ],
    ["is too old", [...running, "docker.version=20.10.24+dfsg1"], "too-old"],
    ["runs", [...running, "docker.version=26.1.5+dfsg1"], "running"],
  ];
  for (const [what, lines, state] of cases)
    test(what, () => assert.equal(told(...lines).docker.state, state));
});

test("who listens is read from ss, and where that is missing from /proc", () => {
  const { listens } = told(
    'listen=tcp LISTEN 0 511 0.0.0.0:80 0.0.0.0:* users:(("nginx",pid=812,fd=6),("nginx",pid=811,fd=6))',
    "listen=udp UNCONN 0 0 127.0.0.53%lo:53 0.0.0.0:*",
    "listen=tcp LISTEN 0 128 [::]:22 [::]:*",
    "socket=0100007F:1F90",
  );
  assert.deepEqual(
    listens.map(({ port, protocol, address, process }) => [port, protocol, address, process]),
    [
      [80, "tcp", "0.0.0.0", "nginx"],
      [53, "udp", "127.0.0.53", undefined],
      [22, "tcp", "::", undefined],
      [8080, "tcp", "127.0.0.1", undefined],
    ],
  );
});

test("addresses of containers are no way to a server", () => {
  const { addresses } = told(
    "address=2: eth0    inet 203.0.113.7/32 scope global dynamic eth0",
    "address=3: enp7s0    inet 10.0.0.2/32 scope global enp7s0",
    "address=5: docker0    inet 172.17.0.1/16 scope global docker0",
    "address=2: eth0    inet6 2001:db8::7/64 scope global",
  );
  assert.deepEqual(
    addresses.map(({ address, private: inside }) => [address, inside]),
    [
      ["203.0.113.7", false],
      ["10.0.0.2", true],
      ["2001:db8::7", false],
    ],
  );
});

describe("a clock is compared with ours by what the way took", () => {
  const cases: [string, Parameters<typeof skewOf>[0], ReturnType<typeof skewOf>][] = [
    ["right", { sent: 0, began: "0.1", ended: "0.3", received: 400 }, { milliseconds: 0, within: 100 }],
    [
      "an hour ahead",
      { sent: 0, began: "3600.1", ended: "3600.3", received: 400 },
      { milliseconds: 3_600_000, within: 100 },
    ],
    [
      "behind, on a slow way",
      { sent: 100_000, began: "41.0", ended: "41.5", received: 102_500 },
      { milliseconds: -60_000, within: 1000 },
    ],
    [
      "told in whole seconds",
      { sent: 0, began: "10.%N", ended: "10.%N", received: 1000 },
      { milliseconds: 10_000, within: 1000 },
    ],
    ["not told", { sent: 0, began: "now", ended: "then", received: 1 }, undefined],
  ];
  for (const [what, given, skew] of cases) test(what, () => assert.deepEqual(skewOf(given), skew));
});

test("a clock that is wrong is a concern, one that may be right is not", () => {
  const off = read("began=1090.1\nended=1090.3", times);
  const near = read("began=1004.1\nended=1004.3", times);
  assert.ok(off && near);
  assert.deepEqual(concerns(off), ["its clock is 90 s ahead", " may not become root"]);
  assert.deepEqual(concerns(near), [" may not become root"]);
});

test("versions are ordered as Debian's own program orders them", async () => {
  const versions = [
    "1.0",
    "1.0-1",
    "1.0-1+deb12u1",
    "1.0-1+deb12u3",
    "1.0~rc1-1",
    "1:0.9",
    "1.0a",
    "1.0.10",
    "1.0.9",
    "2.36-9+deb12u10",
    "2.36-9+deb12u9",
    "1.0+b1",
    "0:1.0",
  ];
  const folder = mkdtempSync(join(tmpdir(), "sistership-"));
  try {
    const file = join(folder, "ask.sh");
    writeFileSync(
      file,
      'while read -r a b; do if dpkg --compare-versions "$a" gt "$b"; then echo 1; elif dpkg --compare-versions "$a" eq "$b"; then echo 0; else echo -1; fi; done',
    );
    const pairs = versions.flatMap((a) => versions.map((b) => [a, b] as const));
    const asking = promisify(execFile)("sh", [file]);
    asking.child.stdin?.end(pairs.map((pair) => `${pair.join(" ")}\n`).join(""));
    const said = (await asking).stdout.trim().split("\n").map(Number);
    assert.deepEqual(
      pairs.map(([a, b]) => compareVersions(a, b)),
      said,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("security updates are counted where the lists have something newer", () => {
  const { updates } = told(
    "security.known=yes",
    "security=apt 2.6.1 2.6.2",
    "security=libc6 2.36-9+deb12u10 2.36-9+deb12u9",
    "security=apt 2.6.1 2.6.3",
  );
  assert.equal(updates.security, 1);
  assert.equal(told().updates.security, undefined);
});
