import type { Facts } from "../facts/index.ts";
import type { Question } from "./operation.ts";

/** Under which address others of its group reach the server; a question where that is not plain. */
export function advertised(
  { addresses, ssh }: Facts,
  wish: string | undefined,
): { address: string | undefined; question: Question | undefined } {
  const version = addresses.some((one) => one.version === 4) ? 4 : 6;
  const candidates = addresses.filter((one) => one.version === version);
  if (wish !== undefined || candidates.length < 2)
    return { address: wish ?? candidates[0]?.address, question: undefined };
  // The address that SSH came in by is at least known to be reached.
  const preset = candidates.find(({ address }) => address === ssh?.address) ?? candidates[0];
  const question: Question = {
    wish: "address",
    ask: "Which address do other servers of its group reach it at?",
    options: candidates.map(({ address, device, private: inside }) => ({
      value: address,
      says: `${device}, ${inside ? "private: what servers say to each other stays inside" : "public"}`,
    })),
    default: preset?.address ?? "",
  };
  return { address: preset?.address, question };
}

/** In this order; all of them are private (RFC 1918), and rarely used by providers. */
const pools = ["10.201.0.0/16", "10.97.0.0/16", "172.28.0.0/16", "192.168.0.0/16", "10.43.0.0/16"];

/** A range for overlay networks that none of the server's own networks touches. */
export function addressPool(taken: readonly string[]): string {
  const ranges = taken.flatMap((cidr) => rangeOf(cidr) ?? []);
  const free = pools.find((pool) => {
    const own = rangeOf(pool);
    return own !== undefined && ranges.every(({ first, last }) => last < own.first || first > own.last);
  });
  return free ?? "10.201.0.0/16";
}

function rangeOf(cidr: string): { first: number; last: number } | undefined {
  const [, a, b, c, d, bits = "32"] = /^(\d+)\.(\d+)\.(\d+)\.(\d+)(?:\/(\d+))?$/.exec(cidr) ?? [];
  if (a === undefined) return undefined;
  const size = 2 ** (32 - Number(bits));
  const address = [a, b, c, d].reduce((sum, byte) => sum * 256 + Number(byte), 0);
  const first = Math.floor(address / size) * size;
  return { first, last: first + size - 1 };
}
