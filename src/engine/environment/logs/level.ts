/** From the least to the most urgent; a line that says none is information. */
export const levels = ["trace", "debug", "info", "warn", "error", "fatal"] as const;
export type Level = (typeof levels)[number];

const words: Readonly<Record<string, Level>> = {
  trace: "trace",
  verbose: "trace",
  silly: "trace",
  debug: "debug",
  dbg: "debug",
  dbug: "debug",
  debug1: "debug",
  debug2: "debug",
  fine: "debug",
  info: "info",
  inf: "info",
  information: "info",
  informational: "info",
  notice: "info",
  log: "info",
  note: "info",
  warn: "warn",
  wrn: "warn",
  warning: "warn",
  error: "error",
  err: "error",
  eror: "error",
  severe: "error",
  fail: "error",
  failed: "error",
  fatal: "fatal",
  critical: "fatal",
  crit: "fatal",
  panic: "fatal",
  emerg: "fatal",
  emergency: "fatal",
  alert: "fatal",
  ftl: "fatal",
};
const word = Object.keys(words).join("|");
const inJson = /"(?:level|lvl|severity|levelname|log\.level|level_name|@l)"\s*:\s*(?:"([A-Za-z]+)"|(\d+))/;
const inPair = new RegExp(`(?:^|[\\s,])(?:level|lvl|severity)=["']?(${word})\\b`, "i");
const inBrackets = new RegExp(`[\\[<(](?:[\\w.-]+[.:])?(${word})[\\]>)]`, "i");
const atStart = new RegExp(
  `^(?:[\\d\\s:.,/TZ+|-]{0,40}|.{0,48}?\\s)(${word})(?:\\b:|:|\\s*[|\\]-]|\\s{2,})`,
  "i",
);
const shouted = new RegExp(`^.{0,60}?\\b(${word.toUpperCase()})\\b`);
const klog = /^([IWEFD])\d{4} \d\d:\d\d:\d\d/;
const ruby = /^([DIWEF]), \[\d{4}-/;
const letters: Readonly<Record<string, Level>> = { D: "debug", I: "info", W: "warn", E: "error", F: "fatal" };
const trouble =
  /^(?:Traceback \(most recent call last\)|(?:Uncaught )?(?:[A-Z]\w*)?(?:Error|Exception)\b|panic: |PHP Fatal error)/;
const request = /" (\d)\d\d (?:\d+|-)(?: |$)/;

/** The level that a line says itself, in JSON or one of the usual forms; undefined where it says none. */
export function levelOf(text: string): Level | undefined {
  const head = text.length > 400 ? text.slice(0, 400) : text;
  const first = head.trimStart();
  if (first.startsWith("{")) {
    const [, name, number] = inJson.exec(text) ?? [];
    if (name !== undefined) return words[name.toLowerCase()];
    if (number !== undefined) return ofNumber(Number(number));
    return undefined;
  }
  const letter = (klog.exec(first) ?? ruby.exec(first))?.[1];
  if (letter !== undefined) return letters[letter];
  const said = (inPair.exec(head) ?? inBrackets.exec(head) ?? atStart.exec(head) ?? shouted.exec(head))?.[1];
  if (said !== undefined) return words[said.toLowerCase()];
  if (trouble.test(first)) return "error";
  const status = request.exec(head)?.[1];
  return status === "5" ? "error" : undefined;
}

/** pino and bunyan count in tens from 10; what is below is syslog's, from 7 down. */
function ofNumber(value: number): Level | undefined {
  if (value >= 10) return levels[Math.min(Math.floor(value / 10) - 1, levels.length - 1)];
  const syslog: readonly Level[] = ["fatal", "fatal", "fatal", "error", "warn", "info", "info", "debug"];
  return syslog[value];
}

/** A line that goes on with what the one before it began, such as a stack trace. */
export function continues(text: string): boolean {
  return /^(?:\s+\S|Caused by: |\.\.\. \d+ more)/.test(text);
}
