import { type Command, Fault, fault, format, run, type Task } from "../process/index.ts";

/** What a server said of itself. */
export interface ServerFacts {
  system: string;
  cores: number;
  /** Undefined where there is no engine, or none that this user may ask. */
  docker: string | undefined;
}

// One script, one round trip; it only looks, and needs nothing beyond a POSIX shell.
const script = `
. /etc/os-release 2>/dev/null
echo "system=\${PRETTY_NAME:-$(uname -sr)}"
echo "cores=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1)"
echo "docker=$(docker version --format '{{.Server.Version}}' 2>/dev/null)"
`;

/** The connection as the user's own ssh makes it. It asks nothing: an unknown host key is refused, not accepted. */
export function sshCommand(server: string, configFile: string | undefined): Command {
  const options = ["-T", "-o", "BatchMode=yes", "-o", "ConnectTimeout=10"];
  const config = configFile ? ["-F", configFile] : [];
  return { program: "ssh", args: [...config, ...options, "--", server, "sh"], input: script };
}

/** Looks at a server without changing anything on it. */
export function checkServer(
  server: string,
  { configFile }: { configFile: string | undefined },
  task: Task,
): Promise<ServerFacts> {
  const command = sshCommand(server, configFile);
  const plan = {
    id: "connect",
    title: `Connect to ${server}`,
    why: "A server must answer to your key, with a host key that you know, before anything is sent to it.",
    command: format({ program: "ssh", args: [server, "docker", "version"] }),
  };
  return task.step(plan, async (step) => {
    try {
      const { stdout } = await run(command, { signal: task.signal, timeoutMs: 30_000 });
      const facts = parse(stdout);
      step.says(
        `${facts.system}, ${facts.docker ? `Docker ${facts.docker}` : "no Docker engine for this user"}`,
      );
      return facts;
    } catch (thrown) {
      throw thrown instanceof Fault ? explain(thrown, server) : thrown;
    }
  });
}

function parse(text: string): ServerFacts {
  const facts = new Map(
    text.split("\n").map((line) => {
      const [name = "", ...rest] = line.split("=");
      return [name, rest.join("=")];
    }),
  );
  return {
    system: facts.get("system") ?? "unknown",
    cores: Number(facts.get("cores") ?? 1),
    docker: facts.get("docker") || undefined,
  };
}

/** ssh's own words, turned into what to do. This is the one place that reads them. */
const reasons: readonly [RegExp, string][] = [
  [
    /REMOTE HOST IDENTIFICATION HAS CHANGED/,
    "its host key is not the one you know. Nothing was sent. Find out why before you connect again",
  ],
  [
    /Host key verification failed/,
    "its host key is not known here yet. Connect once in a terminal and compare the fingerprint",
  ],
  [
    /Permission denied|Too many authentication failures/,
    "it did not accept your keys. Check the user and the key in your SSH configuration",
  ],
  [
    /Could not resolve hostname/,
    "no machine of that name was found. Check HostName in your SSH configuration",
  ],
  [/Connection refused/, "it refused the connection. Check the port, and that its SSH service runs"],
  [
    /timed out|No route to host|Network is unreachable/,
    "it did not answer. Check the address and the firewall",
  ],
];

function explain(failure: Fault, server: string): Fault {
  const detail = { cause: failure, lastLines: failure.lastLines };
  if (failure.code === "timed-out")
    return fault("server-unreachable", [server, "it did not answer within 30 s."], detail);
  if (failure.code !== "program-failed") return failure;
  const said = failure.lastLines.join("\n");
  const reason =
    reasons.find(([pattern]) => pattern.test(said))?.[1] ?? failure.lastLines.at(-1) ?? failure.says;
  return fault("server-unreachable", [server, `${reason}.`], detail);
}
