import { exampleVariables } from "./envFiles.ts";
import { lineOf, type Scope } from "./scope.ts";

/** Where code says on which port and address it listens. */
export interface Listening {
  port: number;
  /** From the root. */
  file: string;
  line: number;
  text: string;
  /** The variable that goes before the number, where there is one. */
  variable?: string;
}

interface Rule {
  pattern: RegExp;
  /** Groups that hold the port and the variable's name. */
  port: number;
  variable?: number;
  weight: number;
}

const envPort = String.raw`["'\x60]?(\w*PORT)["'\x60]?`;

/** How code of any language says it. Heavier rules are surer; the nearest file to the entry wins between equals. */
const rules: readonly Rule[] = [
  // process.env.PORT || 3000, Number(process.env["PORT"] ?? "3000"), Deno.env.get("PORT") ?? 8000
  {
    pattern: new RegExp(
      String.raw`env(?:\.|\[|\.get\(|\.fetch\(|\()\s*${envPort}\s*[\])]?\)?(?:\s+as\s+\w+)?(?:\s*,\s*10\s*\))?\)?\s*(?:\|\||\?\?|\?:)\s*["'\x60]?(?:Number\()?["'\x60]?(\d{2,5})\b`,
      "i",
    ),
    port: 2,
    variable: 1,
    weight: 10,
  },
  // os.environ.get("PORT", 8000), os.getenv("PORT", "8000"), getEnv("PORT", "8080"), ENV.fetch("PORT", 3000), env("PORT", …)
  {
    pattern: new RegExp(
      String.raw`(?:get|getenv|fetch|env|or|int|num|number|GetEnv|LookupEnv\w*|EnvOr\w*|EnvDefault|config|Getenv)\s*(?:<\w+>)?\(\s*(?:os\.Getenv\(\s*)?${envPort}\)?\s*(?:,|\)\s*\{)\s*(?:default\s*=\s*)?["'\x60:]*(\d{2,5})\b`,
      "i",
    ),
    port: 2,
    variable: 1,
    weight: 10,
  },
  // const { PORT = 3000 } = process.env; PORT: z.coerce.number().default(3000); PORT: port({ default: 3000 })
  {
    pattern: /\{[^}]{0,300}\b(\w*PORT)\s*=\s*["']?(\d{2,5})[^}]{0,300}\}\s*=\s*process\.env/,
    port: 2,
    variable: 1,
    weight: 10,
  },
  {
    pattern: /\b(\w*PORT)["']?\s*:\s*[\w.()]*(?:default\(|\{\s*default:\s*)["']?(\d{2,5})/i,
    port: 2,
    variable: 1,
    weight: 9,
  },
  // std::env::var("PORT").unwrap_or_else(|_| "8080".to_string())
  {
    pattern: /var\(\s*"(\w*PORT)"\s*\)[\s\S]{0,160}?unwrap_or(?:_else)?\(\s*(?:\|_?\w*\|\s*)?"?(\d{2,5})\b/,
    port: 2,
    variable: 1,
    weight: 10,
  },
  // port := os.Getenv("PORT"); if port == "" { port = "8080" }
  { pattern: /Getenv\(\s*"(\w*PORT)"\s*\)[\s\S]{0,160}?=\s*":?(\d{2,5})"/, port: 2, variable: 1, weight: 10 },
  {
    pattern: /ENV\.fetch\(\s*["'](\w*PORT)["']\s*\)\s*\{\s*["']?(\d{2,5})/,
    port: 2,
    variable: 1,
    weight: 10,
  },
  // app.listen(3000), .listen({ port: 3000 }), ListenAndServe(":8080"), r.Run(":8080"), e.Start(":1323"), .bind("0.0.0.0:3000")
  { pattern: /\.listen\(\s*(?:\{[^}]{0,300}?port:\s*)?["']?(?:[\w.]*:)?(\d{2,5})\b/i, port: 1, weight: 8 },
  {
    pattern:
      /(?:ListenAndServe(?:TLS)?|\.Run|\.Start|\.Listen|RunListener)\(\s*(?:"tcp",\s*)?["'`](?:[\w.[\]:*+/]*):(\d{2,5})["'`]/,
    port: 1,
    weight: 8,
  },
  {
    pattern: /(?:bind|Listen)\(\s*(?:\(\s*)?&?["'](?:[\w.[\]*]*)(?::|["'],\s*)(\d{2,5})\b/i,
    port: 1,
    weight: 8,
  },
  { pattern: /SocketAddr(?:V4)?::(?:from|new)\([^;]{0,200}?,\s*(\d{2,5})\s*\)/, port: 1, weight: 8 },
  { pattern: /Addr:\s*["'`][\w.]*:(\d{2,5})["'`]/, port: 1, weight: 8 },
  {
    pattern:
      /flag\.String(?:Var)?\([^)]{0,300}["'](?:addr|address|listen|http|bind)["'],\s*["'][\w.]*:(\d{2,5})["']/,
    port: 1,
    weight: 8,
  },
  { pattern: /flag\.Int(?:Var)?\([^)]{0,300}["']port["'],\s*(\d{2,5})/, port: 1, weight: 8 },
  // uvicorn.run(app, port=8000), app.run(port=5000), launch(server_port=7860), set :port, 4567
  {
    pattern: /(?:run|run_app|launch|serve|run_server)\([^)]{0,300}?(?:server_)?port\s*=\s*(\d{2,5})\b/s,
    port: 1,
    weight: 8,
  },
  {
    pattern: /(?:HTTPServer|TCPServer|make_server)\(\s*\(?\s*["'][^"']*["'],\s*(\d{2,5})/,
    port: 1,
    weight: 8,
  },
  { pattern: /set\s+:port\s*,\s*(\d{2,5})/, port: 1, weight: 8 },
  {
    pattern: /(?:Bun\.serve|Deno\.serve|serve)\(\s*\{[^}]{0,300}?\bport\s*:\s*(\d{2,5})/s,
    port: 1,
    weight: 8,
  },
  { pattern: /(?:UseUrls|\.Run|Urls\.Add)\(\s*"https?:\/\/[^":]*:(\d{2,5})/, port: 1, weight: 8 },
  { pattern: /ListenAnyIP\(\s*(\d{2,5})/, port: 1, weight: 8 },
  // export default { port: 3000, fetch: app.fetch }; const port = 3000; port: int = 8000
  { pattern: /export default \{[^}]{0,300}?\bport\s*:\s*(\d{2,5})/s, port: 1, weight: 6 },
  {
    pattern:
      /(?:^|[\s,{(])(?:const|let|var|static)?\s*(?:server_?|http_?|app_?|api_?)?port\s*(?::\s*[\w<>]+)?\s*(?::?=)\s*["']?(\d{2,5})\b(?!\.)/im,
    port: 1,
    weight: 5,
  },
  { pattern: /(?:^|[\s,{])["']?port["']?\s*:\s*["']?(\d{2,5})\b/im, port: 1, weight: 3 },
];

/** Ports of databases and the like, which code names as a client. */
const foreign = new Set([
  5432, 3306, 6379, 27017, 5672, 9092, 11211, 9200, 1433, 1521, 587, 465, 25, 1025, 443, 22, 5433, 15672,
  7700,
]);

export function findListening(scope: Scope, files: readonly string[]): Listening | undefined {
  let best: (Listening & { weight: number }) | undefined;
  for (const [order, path] of files.entries()) {
    const text = scope.code(path);
    if (text === undefined || text.length > 400_000) continue;
    const code = withoutComments(text, path);
    for (const rule of rules) {
      const found = rule.pattern.exec(code);
      const port = Number(found?.[rule.port]);
      if (found === null || !(port > 0 && port < 65536) || foreign.has(port)) continue;
      // The first files are the entry and what it imports at once.
      const weight = rule.weight - Math.min(order, 20) * 0.1;
      if (best !== undefined && weight <= best.weight) continue;
      const variable = rule.variable === undefined ? undefined : found[rule.variable];
      if (
        variable !== undefined &&
        /DB_|SMTP|MAIL|REDIS|POSTGRES|PG|MYSQL|MONGO|DATABASE|GRPC|METRICS|DEBUG|KAFKA|RABBIT/i.test(variable)
      )
        continue;
      best = {
        port,
        file: scope.full(path),
        line: lineOf(code, rule.pattern),
        text: found[0].replaceAll(/\s+/g, " ").trim().slice(0, 80),
        weight,
        ...(variable === undefined ? {} : { variable }),
      };
    }
  }
  return best;
}

/** The port of an example file, where the code only asks for PORT. */
export function exampleListening(scope: Scope): Listening | undefined {
  const found = exampleVariables(scope).find(({ name, value }) => name === "PORT" && /^\d{2,5}$/.test(value));
  return found === undefined
    ? undefined
    : {
        port: Number(found.value),
        file: found.file,
        line: found.line,
        text: `PORT=${found.value}`,
        variable: "PORT",
      };
}

const loopback =
  /(?:listen\([^)]{0,300}|host(?:name)?\s*[:=]\s*|bind\(\s*\(?&?|ListenAndServe\(\s*|\.Run\(\s*|\.Start\(\s*|Addr:\s*|run\([^)]{0,300}host\s*=\s*|TcpListener::bind\(\s*&?)["'`](127\.0\.0\.1|localhost)\b|\[127,\s*0,\s*0,\s*1\]/;

/** Code that itself listens on the loopback address, where nothing outside of its container reaches it. */
export function findLoopback(
  scope: Scope,
  files: readonly string[],
): { file: string; line: number; text: string } | undefined {
  for (const path of files.slice(0, 12)) {
    const text = scope.code(path);
    if (text === undefined || text.length > 400_000) continue;
    const code = withoutComments(text, path);
    const found = loopback.exec(code);
    if (found === null) continue;
    return {
      file: scope.full(path),
      line: lineOf(code, loopback),
      text: found[0].replaceAll(/\s+/g, " ").slice(0, 80),
    };
  }
  return undefined;
}

/** What is said of such code: it is the project's own, so only its author can change it. */
export function loopbackSays({ file, text }: { file: string; text: string }): string {
  return `${file} listens on the loopback address (${text}): change it to 0.0.0.0, or nothing outside the container reaches it`;
}

const healthNames = String.raw`/(?:api/)?(?:v\d+/)?_?(?:healthz?|health[-_]?check|healthy|livez|readyz|alive|liveness|readiness|up|ping|heartbeat|status)/?`;
const route = new RegExp(
  String.raw`(?:get|route|use|all|HandleFunc|Handle|GET|Get|path|MapGet|MapHealthChecks|at|resource|Mapping|nest|scope|url|on|serve|method|match|pathname\s*===?|url\s*===?|path\s*===?|PATH_INFO['"]?\]\s*===?|:)\s*\(?\s*(?:r|b)?["'\x60\[/](?:GET )?(${healthNames})["'\x60]`,
);
/** Routes that are written without a slash: Django, Rails, Laravel, Nest. */
const slashless =
  /(?:\bpath\(|\bre_path\(|Route::get\(|@Get\(|@Controller\(|^\s*get\s+)\s*r?["']\^?((?:api\/)?(?:healthz?|health[-_]?check|livez|readyz|up|ping))\/?\$?["']/gm;
const bare = new RegExp(`^${healthNames}$`);

export interface Health {
  path: string;
  file: string;
  line: number;
}

/** The route that says whether the application is well. */
export function findHealth(scope: Scope, files: readonly string[]): Health | undefined {
  let best: (Health & { rank: number }) | undefined;
  for (const path of files) {
    const source = scope.code(path);
    if (source === undefined) continue;
    const code = withoutComments(source, path);
    const slash = path.endsWith("urls.py") ? "/" : "";
    const named = [...code.matchAll(slashless)].map((found) => ({
      said: `/${found[1]}${found[0].includes(`${found[1]}/`) ? slash : ""}`,
      text: found[0].trim(),
    }));
    const written = [...code.matchAll(new RegExp(route, "g"))].map((found) => ({
      said: found[1] ?? "",
      text: found[0],
    }));
    for (const { said, text } of [...written, ...named]) {
      const rank = rankOf(said);
      if (best !== undefined && rank >= best.rank) continue;
      best = { path: said, file: scope.full(path), line: lineOf(code, text), rank };
    }
  }
  return best;
}

const order = ["healthz", "health", "livez", "readyz", "up", "alive", "ping", "status"];

function rankOf(path: string): number {
  const place = order.findIndex((name) => path.includes(name));
  return (place === -1 ? order.length : place) + (bare.test(path) ? 0 : 0.5) + path.split("/").length * 0.1;
}

/** Comments become spaces, so that lines stay where they are. */
function withoutComments(text: string, path: string): string {
  const blank = (match: string) => match.replace(/[^\n]/g, " ");
  if (/\.(py|rb|ex|exs|sh|toml|ya?ml)$/.test(path)) return text.replace(/(^|\s)#[^\n]*/g, blank);
  return text.replace(/\/\*[\s\S]*?\*\/|(^|[^:"'`\w])\/\/[^\n]*/g, blank);
}
