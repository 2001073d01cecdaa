import type { Told } from "./read.ts";

export interface Address {
  address: string;
  device: string;
  version: 4 | 6;
  /** Not reached from the whole internet. */
  private: boolean;
}

export interface Listener {
  port: number;
  protocol: "tcp" | "udp";
  /** Where it is reached: `0.0.0.0`, `127.0.0.1`, `::`… */
  address: string;
  /** Undefined where only root is told. */
  process: string | undefined;
  pid: number | undefined;
}

/** Networks of containers are no way to a server. */
const ofDocker = /^(docker|br-|veth|docker_gwbridge|virbr|lxc|cni|flannel|tailscale-docker)/;

/** Lines of `ip -o addr`: `2: eth0    inet 203.0.113.7/24 brd … scope global eth0`. */
export function addressesOf(told: Told): Address[] {
  return told.all("address").flatMap((line) => {
    const [, device = "", family, address] = /^\d+: ([^\s@]+)\S*\s+inet(6?) ([0-9a-f.:]+)\//.exec(line) ?? [];
    if (address === undefined || ofDocker.test(device)) return [];
    const version = family === "6" ? 6 : 4;
    return [{ address, device, version, private: isPrivate(address) }];
  });
}

/** RFC 1918, shared (RFC 6598), and unique local addresses. */
function isPrivate(address: string): boolean {
  return /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|f[cd])/.test(
    address,
  );
}

export function networksOf(told: Told): string[] {
  return told.all("route").flatMap((line) => /^(\d+\.\d+\.\d+\.\d+\/\d+) /.exec(line)?.[1] ?? []);
}

export function listenersOf(told: Told): Listener[] {
  return [...told.all("listen").flatMap(ofSs), ...told.all("socket").flatMap(ofProc)];
}

/** `tcp LISTEN 0 4096 0.0.0.0:22 0.0.0.0:* users:(("sshd",pid=1,fd=3))` */
function ofSs(line: string): Listener[] {
  const [protocol, , , , local = ""] = line.split(/\s+/);
  const [, address, port] = /^\[?([^\]%]*)(?:%[^\]:]*)?\]?:(\d+)$/.exec(local) ?? [];
  if ((protocol !== "tcp" && protocol !== "udp") || address === undefined || port === undefined) return [];
  const [, process, pid] = /users:\(\("([^"]*)",pid=(\d+)/.exec(line) ?? [];
  return [
    {
      port: Number(port),
      protocol,
      address: address === "*" ? "::" : address,
      process,
      pid: pid === undefined ? undefined : Number(pid),
    },
  ];
}

/** `0100007F:1F90` of /proc/net/tcp: an address with its bytes turned round, and a port. */
function ofProc(local: string): Listener[] {
  const [, address = "", port] = /^([0-9A-F]+):([0-9A-F]+)$/.exec(local) ?? [];
  if (port === undefined) return [];
  const bytes = address.match(/../g)?.map((byte) => Number.parseInt(byte, 16)) ?? [];
  const readable =
    bytes.length === 4 ? bytes.reverse().join(".") : /^0+$/.test(address) ? "::" : "an address of IPv6";
  return [
    {
      port: Number.parseInt(port, 16),
      protocol: "tcp",
      address: readable,
      process: undefined,
      pid: undefined,
    },
  ];
}
