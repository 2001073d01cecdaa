// What a server lacks is a pure function of what it is: the list is shown before anything runs.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Facts, managersAdvice, setUpPlan, type Wishes } from "../../../src/engine/server/index.ts";
import { addressPool } from "../../../src/engine/server/setup/addresses.ts";
import { mergeDaemon } from "../../../src/engine/server/setup/daemon.ts";
import { fresh, gigabyte } from "./fresh.ts";

const system = (id: string, version: string, name: string, like: string[] = []) => ({
  id,
  version,
  name,
  like,
  codename: "x",
});
const engine = {
  version: "26.1.5",
  store: "overlay2",
  logDriver: "json-file",
  liveRestore: false,
  rootless: false,
  containers: 2,
  publishers: [],
  hasEdgeImage: false,
};

const plan = (change: Partial<Facts>, wishes?: Wishes) => setUpPlan("fra1", { ...fresh, ...change }, wishes);
const operation = (id: string, change: Partial<Facts>, wishes?: Wishes) => {
  const found = plan(change, wishes).operations.find((one) => one.id === id);
  assert.ok(found, `${id} is not in the plan`);
  return found;
};

test("a fresh server needs all of it, in an order in which Swarm's ports are never open to everybody", () => {
  const needed = plan({}).operations.filter(({ state }) => state.needed);
  assert.deepEqual(
    needed.map(({ id }) => id),
    ["state", "daemon", "docker", "firewall", "swarm", "network", "image", "edge"],
  );
  for (const { why, command } of needed) assert.ok(why !== "" && command !== "");
  assert.deepEqual(plan({}).refusals, []);
});

describe("where Docker comes from", () => {
  const cases: [string, Partial<Facts>, RegExp, Wishes?][] = [
    ["Debian 13: its own", {}, /install --no-install-recommends docker\.io docker-cli$/m],
    ["Debian 13, Docker's wished for", {}, /docker-ce docker-ce-cli/, { docker: "docker" }],
    [
      "Debian 12, whose own is too old",
      { system: system("debian", "12", "Debian 12") },
      /linux\/debian\/gpg[\s\S]*docker-ce/,
    ],
    [
      "Ubuntu",
      { system: system("ubuntu", "24.04", "Ubuntu 24.04", ["debian"]) },
      /install --no-install-recommends docker\.io$/m,
    ],
    ["Fedora", { system: system("fedora", "42", "Fedora Linux 42") }, /dnf -y install moby-engine/],
    [
      "Rocky, which has none",
      { system: system("rocky", "9.4", "Rocky Linux 9.4", ["rhel", "centos", "fedora"]) },
      /linux\/centos\/docker-ce\.repo[\s\S]*dnf -y install docker-ce/,
    ],
  ];
  for (const [what, change, command, wishes] of cases)
    test(what, () => assert.match(operation("docker", change, wishes).command, command));
});

describe("is refused, in a sentence that says what to do", () => {
  const manager: Facts["swarm"] & { role: "manager" } = {
    role: "manager",
    id: "c",
    node: "n",
    address: "203.0.113.7",
    managers: [],
    members: [],
    foreign: [],
    applications: [],
    network: undefined,
    edge: undefined,
  };
  const nginx = { port: 80, protocol: "tcp", address: "0.0.0.0", process: "nginx", pid: 812 } as const;
  const cases: [string, Partial<Facts>, string, RegExp][] = [
    [
      "Alpine",
      { system: system("alpine", "3.20", "Alpine Linux v3.20"), init: "other" },
      "system-unsupported",
      /fra1 runs Alpine Linux v3\.20, which cannot be set up from here/,
    ],
    [
      "FreeBSD",
      { system: system("freebsd", "", "FreeBSD 14.1"), init: "other" },
      "system-unsupported",
      /FreeBSD 14\.1/,
    ],
    [
      "Arch",
      { system: system("arch", "", "Arch Linux") },
      "system-unsupported",
      /choose Debian, Ubuntu, or a system of the Fedora family/,
    ],
    [
      "a user without sudo",
      { user: { name: "joe", groups: [], sudo: "none" } },
      "no-root",
      /joe may not become root on fra1/,
    ],
    ["podman", { docker: { state: "podman" } }, "podman-there", /remove the package podman-docker/],
    [
      "an old Docker",
      { docker: { state: "too-old", ...engine, version: "20.10.24" } },
      "server-docker-unfit",
      /it is 20\.10\.24, and 24\.0 or newer is needed/,
    ],
    [
      "nginx at port 80",
      { listens: [nginx] },
      "port-taken",
      /Port 80 of fra1 is held by nginx \(process 812\)/,
    ],
    [
      "a container at port 443",
      {
        docker: {
          state: "running",
          ...engine,
          publishers: [{ name: "traefik", image: "traefik:3", service: "", ports: [443] }],
        },
      },
      "port-taken",
      /Port 443 of fra1 is held by the container traefik \(traefik:3\)/,
    ],
    [
      "somebody's swarm",
      { swarm: { ...manager, foreign: ["portainer"] } },
      "swarm-foreign",
      /it runs portainer/,
    ],
    ["an empty swarm of somebody", { swarm: manager }, "swarm-foreign", /nothing runs in it yet/],
    [
      "a worker of somebody's swarm",
      { swarm: { role: "worker", node: "n", address: "203.0.113.7", managers: ["198.51.100.9:2377"] } },
      "swarm-foreign",
      /as a worker of 198\.51\.100\.9:2377/,
    ],
    ["a locked swarm", { swarm: { role: "locked" } }, "swarm-unwell", /docker swarm unlock/],
    ["settings that are not JSON", { daemon: "{ log-driver: x }" }, "daemon-file-wrong", /it is not JSON/],
  ];
  for (const [what, change, code, says] of cases)
    test(what, () => {
      const { refusals } = plan(change);
      assert.deepEqual(
        refusals.map((one) => one.code),
        [code],
      );
      assert.match(refusals[0]?.says ?? "", says);
    });

  test("not: a swarm that a cut connection left bare, or that may be taken over", () => {
    const state = { mode: "700", owner: "root", edge: true };
    assert.deepEqual(plan({ swarm: manager, state }).refusals, []);
    assert.deepEqual(plan({ swarm: { ...manager, foreign: ["portainer"] } }, { adopt: true }).refusals, []);
  });
});

describe("Docker's settings", () => {
  const cases: [string, string | undefined, Record<string, unknown>, number][] = [
    [
      "none: logs are bounded",
      undefined,
      { "log-driver": "json-file", "log-opts": { "max-size": "10m", "max-file": "5" } },
      1,
    ],
    [
      "others stay",
      '{"features":{"x":true},"live-restore":true}',
      {
        features: { x: true },
        "live-restore": false,
        "log-driver": "json-file",
        "log-opts": { "max-size": "10m", "max-file": "5" },
      },
      2,
    ],
    ["a driver that somebody chose stays", '{"log-driver":"journald"}', { "log-driver": "journald" }, 0],
    [
      "a size that somebody chose stays",
      '{"log-opts":{"max-size":"1g"}}',
      { "log-opts": { "max-size": "1g" } },
      0,
    ],
  ];
  for (const [what, text, expected, changes] of cases)
    test(what, () => {
      const merged = mergeDaemon(text);
      assert.deepEqual(JSON.parse(merged.text), expected);
      assert.equal(merged.changes.length, changes);
    });

  test("a restart that stops containers is said before", () => {
    const { why } = operation("daemon", { docker: { state: "running", ...engine } });
    assert.match(why, /2 containers stop for some seconds/);
  });
});

describe("the firewall", () => {
  test("lets in SSH at the port that it was reached at, and says what it closes", () => {
    const mysql = { port: 3306, protocol: "tcp", address: "0.0.0.0", process: "mariadbd", pid: 9 } as const;
    const { command, why } = operation("firewall", { listens: [...fresh.listens, mysql] });
    assert.match(
      command,
      /ufw allow 2222\/tcp\nufw allow 80\/tcp\nufw allow 443\/tcp\nufw allow 443\/udp\nufw default deny incoming\nufw --force enable$/,
    );
    assert.match(why, /Closed from outside will be 3306\/tcp \(mariadbd\)/);
    assert.match(why, /Docker goes past this firewall/);
  });
  test("lets in Swarm only from members", () => {
    const { command } = operation("firewall", {}, { joins: ["198.51.100.9"] });
    assert.match(command, /ufw allow from 198\.51\.100\.9 to any port 2377 proto tcp/);
    assert.match(command, /ufw allow from 198\.51\.100\.9 proto esp$/m);
    assert.doesNotMatch(command, /allow (2377|7946|4789)/);
  });
  test("is left alone where its rules are somebody's own", () => {
    const { state } = operation("firewall", { firewall: { on: "nftables", has: [], rules: [] } });
    assert.ok(!state.needed && /stay/.test(state.because));
  });
});

test("of several addresses one is asked for, the one that SSH came in by first", () => {
  const inside = { address: "10.0.0.2", device: "enp7s0", version: 4, private: true } as const;
  const { questions } = plan({ addresses: [inside, ...fresh.addresses] });
  assert.deepEqual(
    questions.map((one) => [one.wish, one.default]),
    [["address", "203.0.113.7"]],
  );
  assert.match(
    operation("swarm", { addresses: [inside, ...fresh.addresses] }, { address: "10.0.0.2" }).command,
    /--advertise-addr 10\.0\.0\.2 /,
  );
});

test("overlay networks keep off the server's own", () => {
  assert.equal(addressPool(["10.0.0.0/16", "203.0.113.7"]), "10.201.0.0/16");
  assert.equal(addressPool(["10.0.0.0/8"]), "172.28.0.0/16");
  assert.equal(addressPool(["10.0.0.0/8", "172.16.0.0/12"]), "192.168.0.0/16");
});

describe("swap", () => {
  const small = { totalBytes: gigabyte, freeBytes: gigabyte / 2 };
  test("is added where memory is small", () =>
    assert.match(operation("swap", { memory: small }).command, /fallocate -l 1G \/swapfile/));
  for (const [what, change] of [
    ["is there", { memory: small, swap: { totalBytes: gigabyte, freeBytes: gigabyte } }],
    [
      "cannot be a file",
      { memory: small, disk: { totalBytes: 40 * gigabyte, freeBytes: 38 * gigabyte, type: "btrfs" } },
    ],
    [
      "has no room",
      { memory: small, disk: { totalBytes: 8 * gigabyte, freeBytes: 2 * gigabyte, type: "ext4" } },
    ],
  ] satisfies [string, Partial<Facts>][])
    test(`is not where it ${what}`, () => assert.equal(operation("swap", change).state.needed, false));
});

describe("managers are kept odd", () => {
  const cases: [number, RegExp | undefined][] = [
    [1, undefined],
    [2, /if either of them fails, nothing can be changed.*Have 1 or 3\./],
    [3, undefined],
    [4, /they stand the loss of 1, as 3 do\. Have 3 or 5\./],
  ];
  for (const [managers, says] of cases)
    test(`${managers}`, () => {
      const advice = managersAdvice(managers);
      if (says === undefined) assert.equal(advice, undefined);
      else assert.match(advice ?? "", says);
    });
});
