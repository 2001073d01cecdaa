import { template } from "../../blueprint/index.ts";
import { fault } from "../../process/index.ts";
import type { Link } from "../link.ts";
import { type Facts, read } from "./read.ts";

interface FactsOptions {
  signal: AbortSignal;
  /** As root, who sees whose port it is and which rules the firewall has. A look without it asks for no password. */
  root?: true;
}

/** Looks at a server in one round trip, without changing anything on it. */
export async function facts(link: Link, { signal, root }: FactsOptions): Promise<Facts> {
  const look = { program: "sh", args: ["-s"], input: template("server/facts.sh"), ...(root && { root }) };
  const sent = Date.now();
  const { stdout } = await link.run(look, { signal, timeoutMs: 30_000 });
  const told = read(stdout, { sent, received: Date.now() });
  if (told === undefined) throw fault("server-unreadable", [link.target.name]);
  return told;
}
