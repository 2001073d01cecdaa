import { randomBytes } from "node:crypto";
import { pipeline } from "node:stream";
import { type Fault, fault, isCancelled } from "../../process/index.ts";
import type { RemoteProcess } from "../link.ts";
import { pause } from "./abort.ts";
import type { Connection } from "./connection.ts";
import { After, Gate } from "./gate.ts";
import { quote } from "./quote.ts";
import { startRemote } from "./remote.ts";
import { outputOf } from "./run.ts";
import type { RootWay, Secrets } from "./secrets.ts";

const tries = 3;
const patienceMs = 20_000;
const killMs = 6_000;

// `-k` has sudo forget for this once that it was told the password before: then it asks always or never.
const look =
  "id -u; command -v sudo >/dev/null 2>&1 || echo none; sudo -k -n true >/dev/null 2>&1 && echo free; :";

/** Starts a program as root. */
export async function startAsRoot(
  connection: Connection,
  words: readonly [string, ...string[]],
  secrets: Secrets,
  signal: AbortSignal,
): Promise<RemoteProcess> {
  const way = await wayToRoot(connection, secrets, signal);
  const [what] = words;
  if (way.by === "being") return startRemote(connection, { line: quote(words), what }, signal);
  return throughSudo(connection, words, way.password, signal);
}

/** How the user of this connection becomes root; asks for the password where sudo wants one. */
async function wayToRoot(connection: Connection, secrets: Secrets, signal: AbortSignal): Promise<RootWay> {
  const { user, host, port } = connection.peer;
  for (;;) {
    try {
      return await secrets.root.once(`${user}@${host}:${port}`, () => find(connection, secrets, signal));
    } catch (thrown) {
      if (!isCancelled(thrown) || signal.aborted) throw thrown; // somebody else's search was cancelled, not ours
    }
  }
}

async function find(connection: Connection, secrets: Secrets, signal: AbortSignal): Promise<RootWay> {
  const { user, host } = connection.peer;
  const looking = await startRemote(connection, { line: quote(["sh", "-c", look]), what: "sudo" }, signal);
  looking.stdin.end();
  const [id, ...rest] = (await outputOf(looking)).stdout.split("\n");
  if (id === "0") return { by: "being" };
  if (rest.includes("none")) throw fault("sudo-missing", [connection.name, user]);
  if (rest.includes("free")) return { by: "sudo", password: undefined };
  return secrets.turn(async () => {
    let last: string | undefined;
    for (let turn = 0; turn < tries; turn++) {
      const password = await secrets.asker.sudo({ user, host });
      if (password === undefined) throw refused(connection, "sudo wants a password, and none was given");
      if (password === last) break; // whoever answers is no person, and will not think again
      last = password;
      const tried = await throughSudo(connection, ["true"], password, signal).catch((thrown) => {
        if (thrown instanceof WrongPassword) return undefined;
        throw thrown;
      });
      if (!tried) continue;
      tried.stdin.end();
      await outputOf(tried);
      return { by: "sudo", password };
    }
    throw refused(connection, "sudo did not take the password");
  });
}

/** sudo asked a second time. */
class WrongPassword extends Error {}

/**
 * Runs a program by sudo. The password is written only when sudo has asked for it by a prompt that nobody else can know,
 * and the program begins only when we have seen, on its outputs, that sudo has let it through, and have said so. So
 * neither can the password reach the program, nor sudo's words its output, nor begins it when we are gone; and no list of
 * processes shows any of it.
 */
async function throughSudo(
  connection: Connection,
  words: readonly [string, ...string[]],
  password: string | undefined,
  signal: AbortSignal,
): Promise<RemoteProcess> {
  const prompt = randomBytes(12).toString("hex");
  const mark = randomBytes(12).toString("hex");
  const asks = password === undefined ? ["-n"] : ["-k", "-S", "-p", prompt];
  const begin = `printf %s ${mark}; printf %s. ${mark}$$ >&2; read -r _ || exit; exec "$@"`;
  const line = quote(["sudo", ...asks, "--", "sh", "-c", begin, "sh", ...words]);
  const [what] = words;

  const given = new AbortController();
  const either = AbortSignal.any([signal, given.signal]);
  const running = await startRemote(connection, { line, what }, either);
  let asked = 0;
  const gate = new Gate(mark, prompt, () => {
    if (asked++ === 0) running.stdin.write(`${password}\n`);
    else failed(new WrongPassword());
  });
  let failed: (error: Error) => void = () => {};
  const failure = new Promise<never>((_, reject) => {
    failed = reject;
  });
  const stdout = new After(mark);
  // the exit says it to whoever does not listen
  for (const stream of [stdout, gate]) stream.on("error", () => {});
  pipeline(running.stdout, stdout, () => {});
  pipeline(running.stderr, gate, () => {});
  const waiting = new AbortController();
  try {
    const pid = await Promise.race([
      gate.opened,
      failure,
      running.exited.then(() => Promise.reject(refused(connection, why(gate.before)))),
      pause(patienceMs, AbortSignal.any([either, waiting.signal]), what).then(() =>
        Promise.reject(
          refused(connection, `sudo asks for something else than a password (${why(gate.before)})`),
        ),
      ),
    ]);
    running.stdin.write("\n");
    const kill = () => connection.farewell(killThere(connection, pid, password));
    signal.addEventListener("abort", kill, { once: true });
    running.exited
      .catch(() => {})
      .finally(() => setImmediate(() => signal.removeEventListener("abort", kill)));
    return { stdin: running.stdin, stdout, stderr: gate, exited: running.exited };
  } catch (thrown) {
    given.abort();
    throw thrown;
  } finally {
    waiting.abort();
    failure.catch(() => {});
  }
}

/** What runs as root takes no signals from the user who began it, but from root. */
async function killThere(connection: Connection, pid: number, password: string | undefined): Promise<void> {
  const stop =
    'for s in TERM KILL; do kill -$s -- -"$1" 2>/dev/null || kill -$s "$1" 2>/dev/null || exit 0; sleep 1; done';
  const killing = await throughSudo(
    connection,
    ["sh", "-c", stop, "sh", String(pid)],
    password,
    AbortSignal.timeout(killMs),
  );
  killing.stdin.end();
  await outputOf(killing);
}

function why(said: string): string {
  const line = said.split("\n").findLast((one) => one.trim() !== "");
  return line === undefined
    ? "sudo said nothing"
    : line
        .trim()
        .replace(/^sudo: /, "sudo says: ")
        .replace(/\.$/, "");
}

function refused(connection: Connection, reason: string): Fault {
  return fault("sudo-refused", [connection.name, connection.peer.user, reason]);
}
