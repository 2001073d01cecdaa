import type { Scope } from "./scope.ts";

export interface ExampleVariable {
  name: string;
  value: string;
  /** From the root. */
  file: string;
  line: number;
  comment?: string;
}

const names = [
  ".env.example",
  ".env.sample",
  ".env.template",
  ".env.dist",
  ".env.defaults",
  ".env.local.example",
  ".env.production.example",
  ".env.development.example",
  ".env-example",
  ".env_example",
  ".example.env",
  ".sample.env",
  "example.env",
  "env.example",
  "env.sample",
  "sample.env",
  "dotenv.example",
] as const;

/** Variables of the files that are made to be committed. A real .env is not in the tree at all. */
export function exampleVariables(scope: Scope): ExampleVariable[] {
  const found = names.filter((name) => scope.has(name));
  const seen = new Map<string, ExampleVariable>();
  for (const name of found) {
    for (const [index, line] of (scope.text(name) ?? "").split("\n").entries()) {
      const [, key, raw = ""] = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(.*)$/.exec(line) ?? [];
      if (key === undefined || seen.has(key)) continue;
      seen.set(key, { name: key, value: unquote(raw.trim()), file: scope.full(name), line: index + 1 });
    }
  }
  const values = new Map([...seen].map(([key, { value }]) => [key, value]));
  return [...seen.values()].map((one) => ({
    ...one,
    value: one.value.replace(/\$\{(\w+)\}/g, (whole, key: string) => values.get(key) ?? whole),
  }));
}

function unquote(raw: string): string {
  const quoted = /^(["'])(.*?)\1/.exec(raw);
  return quoted ? (quoted[2] ?? "") : raw.replace(/\s+#.*$/, "").trim();
}
