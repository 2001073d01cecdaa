import { lineOf, type Scope } from "../scope.ts";

/** An application object that some module makes. */
export interface PythonApp {
  kind: string;
  /** From the application's folder. */
  file: string;
  name: string;
  /** It is a function that makes the application. */
  factory: boolean;
  asgi: boolean;
  weight: number;
  where: { file: string; line: number };
}

/** Class → framework, and how sure it makes one. */
const classes: readonly (readonly [name: string, kind: string, weight: number])[] = [
  ["FastAPI", "fastapi", 10],
  ["Flask", "flask", 10],
  ["Starlette", "starlette", 7],
  ["Litestar", "litestar", 10],
  ["Quart", "quart", 10],
  ["Sanic", "sanic", 10],
  ["Dash", "dash", 11],
  ["FastHTML", "fasthtml", 10],
  ["Bottle", "bottle", 9],
  ["Robyn", "robyn", 10],
];

export function modulePath(file: string): string {
  return file
    .replace(/\.py$/, "")
    .replace(/\/__init__$/, "")
    .replaceAll("/", ".");
}

/** Every application object in code that is no test. */
export function findPythonApps(scope: Scope): PythonApp[] {
  const apps: PythonApp[] = [];
  for (const file of scope.sources(".py")) {
    const text = scope.code(file);
    if (text === undefined) continue;
    const code = withoutText(text);
    const found = (
      kind: string,
      name: string,
      needle: string | RegExp,
      weight: number,
      more: Partial<PythonApp> = {},
    ) =>
      apps.push({
        kind,
        file,
        name,
        factory: false,
        asgi: false,
        weight,
        where: { file: scope.full(file), line: lineOf(code, needle) },
        ...more,
      });
    for (const [name, kind, weight] of classes) {
      if (!code.includes(`${name}(`)) continue;
      const made = new RegExp(`^(\\w+)\\s*(?::\\s*[\\w.]+\\s*)?=\\s*(?:[\\w.]+\\.)?${name}\\(`, "m").exec(
        code,
      );
      if (made?.[1] !== undefined && imports(code, kind, name)) found(kind, made[1], made[0], weight);
      const factory = made === null ? factoryOf(code, name) : undefined;
      if (factory !== undefined && imports(code, kind, name))
        found(kind, factory, `def ${factory}`, weight - 2, { factory: true });
    }
    // app = create_app(), with the factory elsewhere.
    const called =
      /^(app|application|api|server|wsgi_app|asgi_app)\s*(?::\s*[\w.]+\s*)?=\s*(create_\w*app\w*|make_app|get_app\w*|build_app|init_app|create_application)\(/m.exec(
        code,
      );
    if (called?.[1] !== undefined) found("called", called[1], called[0], 12);
    if (/^\s*(import streamlit|from streamlit)/m.test(code) && /\bst\.\w+\(|streamlit\.\w+\(/.test(code)) {
      found("streamlit", "st", "streamlit", /set_page_config|st\.title\(/.test(code) ? 9 : 5);
    }
    if (/^\s*(import gradio|from gradio)/m.test(code) && /\.launch\(/.test(code))
      found("gradio", "demo", ".launch(", 9);
    if (/^\s*(import chainlit|from chainlit)/m.test(code) && /@cl\.|@chainlit\./.test(code))
      found("chainlit", "cl", "chainlit", 9);
    if (/web\.run_app\(/.test(code) && /aiohttp/.test(code)) found("aiohttp", "app", "run_app", 8);
    if (/tornado\.web|tornado\.ioloop/.test(code) && /\.listen\(/.test(code))
      found("tornado", "app", ".listen(", 8);
    if (/^(\w+)\s*,\s*\w+\s*=\s*fast_app\(/m.test(code))
      found("fasthtml", /^(\w+)\s*,\s*\w+\s*=\s*fast_app\(/m.exec(code)?.[1] ?? "app", "fast_app(", 10);
    if (/\bui\.run\(/.test(code) && /nicegui/.test(code)) found("nicegui", "ui", "ui.run(", 8);
  }
  return settle(apps);
}

/** The function that makes an application of this class, line by line: a pattern over all of it could run for ever. */
function factoryOf(code: string, name: string): string | undefined {
  const makes = new RegExp(`^[ \\t]+\\w+\\s*(?::\\s*[\\w.]+\\s*)?=\\s*(?:[\\w.]+\\.)?${name}\\(`);
  let inside: string | undefined;
  for (const line of code.split("\n")) {
    const opened = /^(?:async )?def\s+(\w+)\(/.exec(line)?.[1];
    if (opened !== undefined) inside = opened;
    else if (/^[^\s)]/.test(line)) inside = undefined;
    else if (inside !== undefined && makes.test(line)) return inside;
  }
  return undefined;
}

/** What `create_app()` makes is what the factory makes. */
function settle(apps: readonly PythonApp[]): PythonApp[] {
  const factories = apps.filter(({ factory }) => factory);
  const direct = apps.find(({ kind, factory }) => !factory && kind !== "called");
  return apps.flatMap((app) => {
    if (app.kind !== "called") return [app];
    const kind = (factories[0] ?? direct)?.kind;
    return kind === undefined ? [] : [{ ...app, kind }];
  });
}

function imports(code: string, kind: string, name: string): boolean {
  return new RegExp(
    `^\\s*(?:from\\s+[\\w.]+\\s+import\\s[^\\n]*\\b${name}\\b|import\\s+${kind}|from\\s+[\\w.]+\\s+import\\s*\\([^)]{0,300}\\b${name}\\b|from\\s+[\\w.]+\\s+import\\s+\\*)`,
    "m",
  ).test(code);
}

/** Comments and long strings become blanks, so that lines stay where they are. */
function withoutText(text: string): string {
  const blank = (match: string) => match.replace(/[^\n]/g, " ");
  return text.replace(/"""[\s\S]*?"""|'''[\s\S]*?'''/g, blank).replace(/(^|\s)#[^\n]*/g, blank);
}
