import { fault } from "../../process/index.ts";
import type { Link } from "../link.ts";
import { edgeOf, reasonIn } from "./inside.ts";

/** So hard that guessing is slow, and so easy that guesses do not keep a small server from its work. */
const cost = "10";

/** What the edge compares a visitor's password with. The edge itself makes it, and is told the password by its input. */
export async function hashOf(
  link: Link,
  { name, value }: { name: string; value: string },
  signal: AbortSignal,
): Promise<string> {
  if (/[\r\n]/.test(value)) throw fault("password-unfit", [name, "it has more than one line"]);
  const { inside } = await edgeOf(link, signal);
  const hash = (...options: string[]) => inside(["caddy", "hash-password", ...options], `${value}\n`);
  let done = await hash("--bcrypt-cost", cost);
  // an older Caddy knows one cost alone
  if (/unknown flag/.test(done.stderr)) done = await hash();
  if (done.code !== 0) throw fault("password-unfit", [name, reasonIn(done.stderr)]);
  return done.stdout.trim();
}
