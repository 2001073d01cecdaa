import type Docker from "dockerode";
import { type Fault, fault } from "../process/index.ts";
import type { Verdict } from "./health.ts";
import { lastMeaningful } from "./trouble.ts";

interface Case {
  name: string;
  id: string;
  /** The port at which it is expected to listen. */
  port?: number;
  verdict: Extract<Verdict, { well: false }>;
  /** Names of the services beside it. */
  services: readonly string[];
}

/** What programs say before they give up, and what it means. */
const confessions: readonly [RegExp, (...parts: string[]) => string][] = [
  [
    /No module named '?([\w.]+)/,
    (module) => `the Python module ${module} is not installed. Add its package to the dependencies.`,
  ],
  [
    /Cannot find (?:module|package) '([^']+)'/,
    (module) => `${module} is not installed or does not exist. Add it to the dependencies, or mend the path.`,
  ],
  [
    /\[FATAL tini \(\d+\)\] exec (\S*\/\S+) failed: No such file/,
    (script) =>
      `${script} cannot be run: it does not exist, or its first line names a program that is not there, as line ends of Windows make it do.`,
  ],
  [
    /\[FATAL tini \(\d+\)\] exec (\S+) failed: No such file/,
    (program) => `its image has no program "${program}". Check "run" in sistership.yaml.`,
  ],
  [
    /\[FATAL tini \(\d+\)\] exec (\S+) failed: Permission denied/,
    (script) => `${script} may not be run. Make it so with "chmod +x ${script}".`,
  ],
  [
    /\[FATAL tini \(\d+\)\] exec (\S+) failed: Exec format error/,
    (program) =>
      `${program} cannot be run here: it was made for another kind of processor, or is a script without a first line that names its program.`,
  ],
  [
    /(?:sh|bash): (?:\d+: |line \d+: )?([\w./-]+): (?:command )?not found/,
    (program) => `its image has no program "${program}". Check "run" in sistership.yaml.`,
  ],
  [
    /(?:EADDRINUSE|[Aa]ddress already in use)(?:[^\n]*?:(\d{2,5})\b)?/,
    (port) =>
      `something inside its own container listens at ${port || "its port"} already. Is it started twice?`,
  ],
  [
    /KeyError: '([A-Z][A-Z0-9_]{2,})'|(?:environment variable|env(?:ironment)? var) "?'?([A-Z][A-Z0-9_]{2,})|\b([A-Z][A-Z0-9_]{2,}) (?:is|was|must be) (?:not |un)?(?:set|defined|required|missing)/,
    (...names) =>
      `it misses the variable ${names.find((name) => name !== "")}. Add it to "env" in sistership.yaml.`,
  ],
  [
    /(?:password authentication failed|Access denied for user)/,
    () =>
      "the database refuses its user or password. Use what the service says of itself, such as ${db.url}.",
  ],
  [
    /initialized by PostgreSQL version (\d+), which is not compatible with this version (\d+)/,
    (wrote, is) => otherMajor(`PostgreSQL ${wrote}`, is),
  ],
  [
    /(?:Cannot downgrade from|data directory created by version) (\d)\d*/,
    (wrote) => otherMajor(`version ${wrote} of it`, "of another"),
  ],
  [
    /Can't handle RDB format version|Wrong mongod version|incompatible featureCompatibilityVersion/,
    () => otherMajor("another version of it", "of an older one"),
  ],
  [/EACCES|[Pp]ermission denied/, () => "it may not read or write one of its files."],
];

/** A database reads what its own major version wrote, and nothing else. */
function otherMajor(wrote: string, is: string): string {
  return `its data was written by ${wrote}, and this is ${is}. Take the version that wrote it in sistership.yaml, and move the data by an export; or begin anew with "sistership reset", which deletes it.`;
}

/** What is wrong with a container that did not turn out well, with its last lines. */
interface Hope {
  id: string;
  port?: number;
  /** What its last probe said. */
  said: string;
  forMs: number;
}

/** Who listens elsewhere for that long means it. */
const elsewhereMs = 25_000;

/**
 * Whether a program that still has time to become healthy never will: reloaders keep running when what they reload has
 * crashed, and a program that listens for itself alone is not going to change its mind.
 */
export async function isHopeless(docker: Docker, { id, port, said, forMs }: Hope): Promise<boolean> {
  if (/127\.0\.0\.1 alone/.test(said)) return true;
  if (forMs > elsewhereMs && port !== undefined) {
    const listening = await listeningPorts(docker, id);
    if (listening.length > 0 && !listening.some((one) => one.port === port)) return true;
  }
  const lines = await tail(docker, id);
  const crashed =
    /[Ww]aiting for (?:file )?changes|Traceback \(most recent call last\)|Error loading ASGI app/.test(
      lines.join("\n"),
    );
  return crashed && (await listeningPorts(docker, id)).length === 0;
}

export async function diagnose(docker: Docker, found: Case): Promise<Fault> {
  const { name, id, verdict } = found;
  const lastLines = await tail(docker, id, verdict.since);
  if (verdict.how === "exited")
    return fault("process-exited", [name, String(verdict.exitCode), whyExited(found, lastLines)], {
      lastLines,
    });
  const listening = /^answered/.test(verdict.said) ? [] : await listeningPorts(docker, id);
  return fault("never-healthy", [name, whyUnhealthy(found, verdict.said, listening, lastLines)], {
    lastLines,
  });
}

const raise = "Raise its memory in sistership.yaml, or that of Docker.";

function whyExited({ verdict, services }: Case, lines: readonly string[]): string {
  if (verdict.how === "exited" && verdict.outOfMemory) return `it was given too little memory. ${raise}`;
  const confessed = confession(lines, services);
  if (confessed) return confessed;
  // the kernel ends with SIGKILL what takes too much, and tells the engine only sometimes
  if (verdict.how === "exited" && verdict.exitCode === 137)
    return `it was killed, most likely because it was given too little memory. ${raise}`;
  return lines.some((line) => line.trim() !== "") ? lastMeaningful(lines) : "";
}

function whyUnhealthy(
  { port, services }: Case,
  said: string,
  listening: readonly Listening[],
  lines: readonly string[],
): string {
  if (/127\.0\.0\.1 alone/.test(said))
    return `it listens at port ${port} on 127.0.0.1, where nobody outside its container reaches it. Let it listen on 0.0.0.0.`;
  const answered = /^answered (\d+)/.exec(said)?.[1];
  if (answered)
    return `its health path answers ${answered}. ${confession(lines, services) ?? 'Its last lines may say why; the path is "health" in sistership.yaml.'}`;
  const confessed = confession(lines, services);
  if (confessed) return confessed;
  const outside = listening.filter((one) => !one.loopback && one.port !== port);
  if (port !== undefined && listening.some((one) => one.port === port && one.loopback))
    return `it listens at port ${port} on 127.0.0.1, where nobody outside its container reaches it. Let it listen on 0.0.0.0.`;
  if (port !== undefined && outside[0] && !listening.some((one) => one.port === port))
    return `it listens at port ${outside[0].port}, not at ${port}. Mend "port" in sistership.yaml, or the port it is started with.`;
  if (port !== undefined && listening.length === 0)
    return `nothing listens at port ${port} in its container.`;
  return said || "its health check failed without a word.";
}

function confession(lines: readonly string[], services: readonly string[]): string | undefined {
  const text = lines.join("\n");
  const refused =
    /(?:ECONNREFUSED|[Cc]onnection refused|[Cc]ould not connect|[Cc]onnection to server)[^\n]*?(?:127\.0\.0\.1|localhost|::1)/.test(
      text,
    );
  if (refused && services.length > 0)
    return `it looks for a service at localhost, which inside a container is the container itself. Use the service's name: ${services.join(", ")}.`;
  for (const [pattern, means] of confessions) {
    const match = pattern.exec(text);
    if (match) return means(...match.slice(1).map((part) => part ?? ""));
  }
  return undefined;
}

/** The last lines since a time of the engine's clock, or since the container was last started. */
async function tail(docker: Docker, id: string, from?: number): Promise<string[]> {
  try {
    const container = docker.getContainer(id);
    const since = from ?? Date.parse((await container.inspect()).State.StartedAt) / 1000;
    const log = await container.logs({ stdout: true, stderr: true, tail: 100, since });
    return unframe(log).trimEnd().split("\n");
  } catch {
    return []; // it was removed meanwhile
  }
}

/** The engine sends output in frames: a byte for the stream, three of nothing, four for the length. */
function unframe(log: Buffer): string {
  const parts: Buffer[] = [];
  for (let at = 0; at + 8 <= log.length; ) {
    const end = at + 8 + log.readUInt32BE(at + 4);
    parts.push(log.subarray(at + 8, end));
    at = end;
  }
  return Buffer.concat(parts).toString("utf8");
}

interface Listening {
  port: number;
  loopback: boolean;
}

/** Where something listens inside a container: read from the kernel's own table, for which no tool is needed. */
async function listeningPorts(docker: Docker, id: string): Promise<Listening[]> {
  try {
    const exec = await docker
      .getContainer(id)
      .exec({ Cmd: ["cat", "/proc/net/tcp", "/proc/net/tcp6"], AttachStdout: true });
    const stream = await exec.start({ hijack: true, stdin: false });
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(Buffer.from(chunk));
    return readTable(Buffer.concat(chunks).toString("latin1"));
  } catch {
    return []; // it ended meanwhile
  }
}

/** Lines such as "0: 0100007F:0BB8 00000000:0000 0A …": address, port and state in hexadecimal. */
export function readTable(text: string): Listening[] {
  return [...text.matchAll(/\d+: ([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4}) [0-9A-F]+:0000 0A /g)].flatMap(
    ([, address = "", port = ""]) =>
      // Docker's own name server, of which the application knows nothing
      address === "0B00007F"
        ? []
        : [
            {
              port: Number.parseInt(port, 16),
              loopback: /^[0-9A-F]{6}7F$|^0{24}01000000$|^0{16}FFFF0000[0-9A-F]{6}7F$/.test(address),
            },
          ],
  );
}
