import { lineOf } from "../scope.ts";
import { joinWords, splitCommands, unwrapAssignments } from "../words.ts";
import { manifest, type Package } from "./nodePackage.ts";

export interface Script {
  name: string;
  /** What is run in the end, without the package manager and without assignments. */
  command: string;
  words: string[];
  /** What goes before it in the same script: `prisma migrate deploy && node …`. */
  before: string[];
  assigned: Record<string, string>;
  where: { file: string; line: number };
  because: string;
}

const startNames = ["start:prod", "start:production", "prod", "production", "serve:prod", "start", "serve"];

export function productionScript(own: Package): Script | undefined {
  const named = startNames.flatMap((name) =>
    own.scripts[name] === undefined ? [] : [unwrapScript(own, name)],
  );
  const usable = named.filter((script) => script !== undefined);
  return usable.find(({ command }) => !isDevCommand(command)) ?? usable.find(({ name }) => name === "start");
}

/** Follows `npm run x`, takes off wrappers, and keeps the last command of a chain. */
export function unwrapScript(own: Package, name: string, seen: readonly string[] = []): Script | undefined {
  const line = own.scripts[name];
  if (line === undefined || seen.includes(name)) return undefined;
  const commands = splitCommands(line);
  const last = commands.at(-1);
  if (last === undefined) return undefined;
  const { assigned, rest } = unwrapAssignments(last);
  const before = commands.slice(0, -1).map(joinWords);
  const next = scriptName(rest, own.scripts);
  const followed = next === undefined ? undefined : unwrapScript(own, next, [...seen, name]);
  const where = { file: own.scope.full(manifest), line: lineOf(own.text, `"${name}"`) };
  if (followed !== undefined) {
    return {
      ...followed,
      name,
      before: [...before, ...followed.before],
      assigned: { ...assigned, ...followed.assigned },
      where,
      because: `the script "${name}" of package.json comes down to it`,
    };
  }
  return {
    name,
    command: joinWords(rest),
    words: rest,
    before,
    assigned,
    where,
    because: `the script "${name}" of package.json runs it`,
  };
}

export function scriptName(
  words: readonly string[],
  scripts: Readonly<Record<string, string>>,
): string | undefined {
  const [program = "", first = "", second = ""] = words;
  if (!/^(npm|pnpm|yarn|bun)$/.test(program)) return undefined;
  const skipFlags = words.slice(1).filter((word) => !word.startsWith("-"));
  if (/^run(-script)?$/.test(first) || first.startsWith("-")) {
    const name = skipFlags.find((word) => !/^run(-script)?$/.test(word)) ?? second;
    return scripts[name] === undefined ? undefined : name;
  }
  return scripts[first] !== undefined && !(program === "bun" && /\./.test(first)) ? first : undefined;
}

export function isDevCommand(command: string): boolean {
  return /^(nodemon|ts-node-dev|tsnd|vite(?! preview)|next dev|nuxt dev|nuxi dev|astro dev|ng serve|react-scripts start|webpack(-dev-server| serve)|parcel|nest start( --watch| --debug|$)|remix dev|react-router dev|gatsby develop|expo|docusaurus start|eleventy --serve|vue-cli-service serve|turbo|nx|lerna|concurrently|npm-run-all|run-p|wrangler dev|serve |http-server|live-server|storybook|electron)|--watch\b|\bwatch\b|--inspect|--hot\b/.test(
    command,
  );
}
