import type { Facts } from "../../../src/engine/server/index.ts";

export const gigabyte = 1024 ** 3;
/** What a provider hands over: Debian 13, root, nothing on it. */
export const fresh: Facts = {
  at: "2026-01-01T00:00:00.000Z",
  system: { id: "debian", version: "13", name: "Debian GNU/Linux 13 (trixie)", like: [], codename: "trixie" },
  kernel: "Linux 6.12",
  architecture: "amd64",
  init: "systemd",
  cores: 2,
  load: 0,
  uptimeSeconds: 60,
  memory: { totalBytes: 4 * gigabyte, freeBytes: 3 * gigabyte },
  swap: { totalBytes: 0, freeBytes: 0 },
  disk: { totalBytes: 40 * gigabyte, freeBytes: 38 * gigabyte, type: "ext4" },
  dockerDisk: undefined,
  clock: undefined,
  provider: undefined,
  region: undefined,
  updates: { security: undefined, reboot: undefined },
  user: { name: "root", groups: ["root"], sudo: "root" },
  ssh: { address: "203.0.113.7", port: 2222, from: "198.51.100.1" },
  addresses: [{ address: "203.0.113.7", device: "eth0", version: 4, private: false }],
  networks: [],
  listens: [{ port: 2222, protocol: "tcp", address: "0.0.0.0", process: "sshd", pid: 1 }],
  firewall: { on: undefined, has: [], rules: [] },
  docker: { state: "missing", podman: false },
  swarm: { role: "none" },
  state: undefined,
  enforcing: false,
  users: [],
  daemon: undefined,
};
