import { Fault, fault } from "../process/index.ts";

/**
 * What Compose and Docker print when something fails → the fault it is. By text: exit codes differ between releases,
 * and newer ones say 1 to everything. First match wins; those that name a cause stand before those that name its effect.
 */
const signatures: readonly [RegExp, (...parts: string[]) => Fault][] = [
  [/no space left on device/i, () => fault("disk-full", ["Docker"])],
  [
    /context "([^"]+)"(?:: context)?(?: does)? not (?:found|exist)/,
    (name) => fault("docker-context", [name]),
  ],
  [
    /permission denied while trying to connect to the Docker (?:daemon|API).*?(?:unix:\/\/)?(\/[^\s:]*)/i,
    (socket) => fault("docker-denied", [socket]),
  ],
  [
    /Cannot connect to the Docker daemon at (?:unix:\/\/)?(\S+?)\.? Is the docker daemon running/i,
    () => fault("engine-gone", ["the environment"]),
  ],
  [
    /(?:error during connect|failed to connect to the docker API|connection reset by peer.*docker|unexpected EOF$|EOF$)/i,
    () => fault("engine-gone", ["the environment"]),
  ],
  [
    /(?:'compose' is not a docker command|unknown (?:shorthand )?flag: .*(?:file|progress)|unknown command: docker compose)/i,
    () => fault("compose-missing", []),
  ],
  [/requires? buildx (\d[\d.]*) or later/, (least) => fault("buildx-too-old", [least])],
  [
    /(?:docker|compose).*(?:buildx|BuildKit) (?:component )?is missing|requires? (?:the )?buildx/i,
    () => fault("buildx-missing", []),
  ],
  [/env file (\S.*?) not found/, (file) => fault("mount-missing", [file])],
  [/required variable (\S+) is missing a value/, (name) => fault("values-missing", [name])],
  [/failed to read (\S*\.env\S*): (.*)/, (file, why) => fault("env-file-wrong", [file, why])],
  [/validating [^\n]*?\.ya?ml: (.*)/, (why) => fault("compose-refused", [why])],
  [
    /^(?:yaml: .*|.*(?:is not allowed|must be a (?:mapping|string|list)).*)$/m,
    (...all) => fault("compose-refused", [all[0] ?? ""]),
  ],
  [
    /(?:failed to read dockerfile: )?open (\S*Dockerfile\S*): no such file or directory/i,
    (file) => fault("mount-missing", [file]),
  ],
  [
    /Bind for \S*?:(\d+) failed: port is already allocated/,
    (port) => fault("port-taken", [port, "another container"]),
  ],
  [
    /listen tcp\d? \S*?:(\d+): bind: (?:address already in use|An attempt was made)/,
    (port) => fault("port-taken", [port, "another program"]),
  ],
  [/ports are not available:.*?:(\d+)/, (port) => fault("port-taken", [port, "another program"])],
  [
    /exec: \\?"([^"\\]+)\\?": (?:executable file not found|stat .*no such file|permission denied)/,
    (command) => fault("command-missing", ["A container", command]),
  ],
  [/exec (\S+): no such file or directory/, (command) => fault("command-missing", ["A container", command])],
  [/exec format error|no matching manifest for \S+/, () => fault("image-architecture", ["A container"])],
  [/container name "\/?([^"]+)" is already in use/, (name) => fault("name-taken", [name])],
  [/bind source path does not exist: (\S.*)/, (path) => fault("mount-missing", [path.trim()])],
  [
    /Mounts denied|The path (\S+) is not shared from the host/,
    (path) => fault("mount-denied", [path || "the folder"]),
  ],
  [/external volume "([^"]+)" not found/, (volume) => fault("volume-missing", [volume])],
  [
    /network (\S+) declared as external, but could not be found/,
    (network) => fault("network-missing", [network]),
  ],
  [/network (\S+) not found/, (network) => fault("network-missing", [network])],
  [
    /all predefined address pools have been fully subnetted|could not find an available, non-overlapping/,
    () => fault("networks-exhausted", []),
  ],
  [/could not select device driver/, () => fault("gpu-missing", [])],
  [
    /(?:https?:\/\/([^/\s"]+)\/v2\/\S*(?:[^\n]*?))?(?:no basic auth credentials|unauthorized: authentication required|401 Unauthorized)/,
    (registry) => fault("image-login", ["that is needed", registry]),
  ],
  [
    /(?:pull access denied for|manifest for|repository) ([\w./:@-]+?)(?:,| not found| does not exist)/,
    (image) =>
      fault("image-unavailable", [image, "no registry has it, or it may not be read without a login"]),
  ],
  [
    /(?:lookup (\S+?)(?: on \S+)?: (?:no such host|Temporary failure|server misbehaving)|dial tcp \S+?: (?:i\/o timeout|connect: (?:connection refused|network is unreachable)))/,
    (host) =>
      fault("image-unavailable", [
        "that is needed",
        host ? `${host} was not found` : "the registry does not answer",
      ]),
  ],
  [
    /toomanyrequests|too many requests/i,
    () => fault("image-unavailable", ["that is needed", "the registry refuses more requests for now"]),
  ],
  [
    /x509: certificate signed by unknown authority/,
    () =>
      fault("image-unavailable", [
        "that is needed",
        "its registry's certificate is signed by an authority that Docker does not trust",
      ]),
  ],
];

/** What a failed docker or compose command means; undefined where nobody knows. */
export function recognise(lines: readonly string[]): Fault | undefined {
  const text = lines.join("\n");
  for (const [pattern, make] of signatures) {
    const match = pattern.exec(text);
    if (match) {
      const parts = match.slice(1).map((part) => part ?? "");
      return make(...(parts.length > 0 ? parts : [match[0]]));
    }
  }
  return undefined;
}

/** The fault behind a failed docker command, with its last lines; what is not recognised is said in its own words. */
export function explain(thrown: unknown, otherwise: (reason: string) => Fault): unknown {
  if (!(thrown instanceof Fault) || thrown.code !== "program-failed") return thrown;
  const { lastLines } = thrown;
  const { code, says, fix } = recognise(lastLines) ?? otherwise(lastMeaningful(lastLines));
  return new Fault(code, { says, ...(fix ? { fix } : {}) }, { cause: thrown, lastLines });
}

/** The line that says most: the last that is no frame, rule or repetition of the command. */
export function lastMeaningful(lines: readonly string[]): string {
  const clean = lines
    .map((line) =>
      line
        .replace(/^#\d+ (?:\d+\.\d+ )?/, "")
        .replace(/^(?:ERROR|Error response from daemon|failed to solve|error): /i, "")
        .trim(),
    )
    .filter(
      (line) =>
        line !== "" &&
        !/^[-=>|\s]*$|^Node\.js v\d/.test(line) &&
        !/^(?:------|\d+ \||>>>|\[internal)/.test(line),
    );
  // npm says why in its first line, and then how it is used
  const npm = clean.find((line) =>
    /^npm (?:error|ERR!) (?!A complete log|code |errno |syscall |path )\S/.test(line),
  );
  if (npm) return npm.replace(/^npm (?:error|ERR!) /, "");
  const telling = clean.findLast(
    (line) =>
      /\b(?:error|fatal|cannot|could not|not found|denied|failed|missing|invalid|no such)\b/i.test(line) &&
      !/did not complete successfully/.test(line),
  );
  return telling ?? clean.at(-1) ?? "it did not say why.";
}
