/** Says whether a command is one of those that are right; README.md beside this file says what is held equal. */
export function sameCommand(actual: string, wanted: string, port: number | undefined): boolean {
  const got = canonical(actual, port);
  return expand(wanted).some((text) => matches(got, canonical(text, port)));
}

/** Flags that tune a server and change neither what is run nor where it listens. With a value, or alone. */
const tuning = new Set([
  ...["-w", "--workers", "--threads", "--timeout", "--keep-alive", "--log-level", "--access-logfile"],
  ...["--error-logfile", "--forwarded-allow-ips", "--worker-tmp-dir", "--graceful-timeout"],
  ...["--timeout-graceful-shutdown", "--max-requests", "--loglevel", "-l", "-c", "--concurrency"],
]);
const alone = new Set([
  ...["--proxy-headers", "--no-access-log", "--preload", "--enable-source-maps", "--no-server-header"],
  ...["--no-interaction", "--quiet", "--sysctl", "--no-warnings"],
]);

function canonical(command: string, port: number | undefined): string {
  let text = command
    .replace(/^(?:\/bin\/)?(?:ba)?sh -l?c /, "")
    .replace(/["']/g, "")
    .replace(/\$\{[A-Z_]+:-?([^}]*)\}/g, "$1")
    .replace(/\$\{?PORT\}?/g, port === undefined ? "$PORT" : String(port))
    .replace(/\s+/g, " ")
    .trim()
    .replace(/^exec /, "")
    .replace(/^env /, "");
  text = text.replace(/^(?:[A-Z_][A-Z0-9_]*=\S* )+/, "");
  text = text.replace(
    /^(?:uv run|poetry run|pipenv run|pdm run|conda run -n \S+|bundle exec|npx|bunx|pnpm exec|yarn exec) (?:--\S+ )*/,
    "",
  );
  text = text.replace(/^(npm|pnpm|yarn|bun) run start$/, "$1 start");
  text = text
    .replace(/^python3? -m (?=gunicorn|uvicorn|hypercorn|daphne|streamlit|celery|flask|fastapi|rq)/, "")
    .replace(/^python3 /, "python ");
  const words = text.split(" ").map(word);
  const plain: string[] = [];
  const flags: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const current = words[at] ?? "";
    const next = words[at + 1];
    if (!current.startsWith("-") || current === "-") plain.push(current);
    else if (alone.has(current)) continue;
    else if (next !== undefined && (!next.startsWith("-") || next === "-")) {
      at++;
      if (!tuning.has(current)) flags.push(`${current} ${address(next)}`);
    } else if (!/^-w\d+$|^-Xm|^-XX|^-D/.test(current)) flags.push(flag(current));
  }
  return [...plain, ...flags.sort()].join(" ");
}

function word(text: string): string {
  const bare = text
    .replace(/^\.\/(?=.)/, "")
    .replace(/^(?:node_modules\/\.bin|\.?venv\/bin|vendor\/bin)\//, "");
  if (bare === "-b") return "--bind";
  return bare;
}

/** `--flag=value` as `--flag value`. */
function flag(text: string): string {
  const [name, value] = text.split(/=(.*)/s);
  if (value === undefined || name === undefined || tuning.has(name))
    return tuning.has(name ?? "") ? "" : text;
  return `${name === "-b" ? "--bind" : name} ${address(value)}`;
}

function address(value: string): string {
  return value.replace(/^(?:tcp:\/\/)?(?:\[::\])?:(?=\d+$)/, "0.0.0.0:").replace(/^tcp:\/\//, "");
}

/** `a [b]` stands for `a` and `a b`. */
function expand(text: string): string[] {
  const part = /\[([^\][]*)\]/.exec(text);
  if (part === null) return [text];
  return ["", part[1] ?? ""].flatMap((inner) => expand(text.replace(part[0], () => inner)));
}

/** `*` is any part of one word, `**` any words or none. */
function matches(got: string, wanted: string): boolean {
  const pattern = wanted
    .replace(/[.+?^${}()|[\]\\]/g, "\\$&")
    .replace(/ ?\*\*/g, "(?: .*)?")
    .replace(/(?<![.)])\*/g, "\\S*");
  return new RegExp(`^${pattern}$`).test(got.replace(/ +/g, " ").trim());
}
