import { parse as parseToml } from "smol-toml";
import { type Language, title } from "../kinds.ts";
import { releasesOf, seriesOf, standingOf } from "../releases.ts";
import { dockerfileOf } from "./dockerfile.ts";
import type { Evidence } from "./evidence.ts";
import { localClaims } from "./localTools.ts";
import { type Dialect, exactSeries, seriesWithin } from "./ranges.ts";
import { dig, digText, lineOf, parseJson, projectManifests, type Scope } from "./scope.ts";
import { splitImage } from "./words.ts";

/** Somebody's statement of a version. */
export interface Claim {
  text: string;
  file: string;
  line: number;
  /** "engines.node asks for >=20", to follow "because". */
  says: string;
}

/** Names of a language in .tool-versions and mise.toml, in images and in dev container features. */
const otherNames: Record<Language, { tools: string[]; images: RegExp }> = {
  node: { tools: ["nodejs", "node"], images: /(?:^|\/)(?:node|javascript-node|typescript-node)$/ },
  deno: { tools: ["deno"], images: /(?:^|\/)deno$/ },
  python: { tools: ["python"], images: /(?:^|\/)python$/ },
  php: { tools: ["php"], images: /(?:^|\/)(?:php|frankenphp)$/ },
  go: { tools: ["golang", "go"], images: /(?:^|\/)(?:golang|go)$/ },
  ruby: { tools: ["ruby"], images: /(?:^|\/)ruby$/ },
  java: { tools: ["java"], images: /(?:^|\/)(?:eclipse-temurin|openjdk|amazoncorretto|java)$/ },
  rust: { tools: ["rust"], images: /(?:^|\/)rust$/ },
  dotnet: { tools: ["dotnet-core", "dotnet"], images: /dotnet\/(?:sdk|aspnet|runtime)$|(?:^|\/)dotnet$/ },
  elixir: { tools: ["elixir"], images: /(?:^|\/)elixir$/ },
  static: { tools: [], images: /^$/ },
};

/** A version file of one line, in the folder or in one above it. */
export function fileClaims(scope: Scope, ...names: string[]): Claim[] {
  return upwards(scope.dir).flatMap((folder) =>
    names.flatMap((name): Claim[] => {
      const file = folder === "" ? name : `${folder}/${name}`;
      const text = scope.tree
        .text(file)
        ?.split("\n")
        .find((line) => line.trim() !== "" && !line.startsWith("#"));
      return text === undefined
        ? []
        : [{ text: text.trim(), file, line: 1, says: `${name} says ${text.trim()}` }];
    }),
  );
}

function toolClaims(scope: Scope, language: Language): Claim[] {
  const { tools } = otherNames[language];
  return upwards(scope.dir).flatMap((folder): Claim[] => {
    const at = (name: string) => (folder === "" ? name : `${folder}/${name}`);
    const claims: Claim[] = [];
    const asdf = scope.tree.text(at(".tool-versions"));
    for (const [index, line] of (asdf ?? "").split("\n").entries()) {
      const [tool = "", version] = line.trim().split(/\s+/);
      if (version === undefined || !tools.includes(tool)) continue;
      claims.push({
        text: version,
        file: at(".tool-versions"),
        line: index + 1,
        says: `.tool-versions says ${tool} ${version}`,
      });
    }
    for (const name of ["mise.toml", ".mise.toml", ".config/mise.toml"]) {
      const text = scope.tree.text(at(name));
      if (text === undefined) continue;
      for (const tool of tools) {
        const said = miseVersion(text, tool);
        if (said === undefined) continue;
        claims.push({
          text: said,
          file: at(name),
          line: lineOf(text, new RegExp(`^\\s*"?${tool}"?\\s*=`, "m")),
          says: `${name} says ${tool} ${said}`,
        });
      }
    }
    return claims;
  });
}

function miseVersion(text: string, tool: string): string | undefined {
  try {
    const data: unknown = parseToml(text);
    const said = dig(data, "tools", tool);
    return typeof said === "string"
      ? said
      : (digText(said, "version") ?? (Array.isArray(said) ? String(said[0]) : undefined));
  } catch {
    return undefined;
  }
}

function imageClaims(scope: Scope, language: Language): Claim[] {
  const claims: Claim[] = [];
  const found = dockerfileOf(scope);
  for (const from of found?.bases ?? []) {
    const [image = "", tag] = splitImage(from.image);
    if (found === undefined || tag === undefined || !otherNames[language].images.test(image)) continue;
    claims.push({
      text: tag,
      file: found.path,
      line: from.line,
      says: `${found.path} builds on ${from.image}`,
    });
  }
  for (const folder of upwards(scope.dir)) {
    for (const name of [".devcontainer/devcontainer.json", ".devcontainer.json"]) {
      const file = folder === "" ? name : `${folder}/${name}`;
      const text = scope.tree.text(file);
      const data = parseJson(text);
      const [image = "", tag] = splitImage(digText(data, "image") ?? "");
      // A dev container's tag is its own version, then the language's: 1-3.12-bookworm.
      const version = tag?.replace(/^[\d.]+-(?=\d)/, "");
      if (version !== undefined && otherNames[language].images.test(image)) {
        claims.push({
          text: version,
          file,
          line: lineOf(text, '"image"'),
          says: `${name} uses ${image}:${tag}`,
        });
      }
      for (const [feature, options] of Object.entries(dig(data, "features") ?? {})) {
        const [id = ""] = splitImage(feature);
        const said = digText(options, "version");
        if (said === undefined || !/^\d/.test(said) || !otherNames[language].images.test(id)) continue;
        claims.push({
          text: said,
          file,
          line: lineOf(text, feature),
          says: `${name} asks for ${id}:${said}`,
        });
      }
    }
  }
  return claims;
}

function upwards(dir: string): string[] {
  const parts = dir === "" ? [] : dir.split("/");
  return [...parts.map((_, index) => parts.slice(0, parts.length - index).join("/")), ""];
}

interface Claims {
  /** Files made to say it: .nvmrc, .python-version. */
  files?: Claim[];
  /** Ranges of the manifest. */
  manifest?: Claim[];
  dialect?: Dialect;
  /** Words instead of numbers: lts/iron. */
  words?: (text: string) => string | undefined;
}

/** One ladder for every language: version files, tool managers, the manifest, images that are there already, the usual. */
export function decideVersion(
  scope: Scope,
  language: Language,
  claims: Claims,
): { version: string; evidence: Evidence } {
  const { usual } = releasesOf(language);
  const ladder = [
    ...(claims.files ?? []),
    ...toolClaims(scope, language),
    ...localClaims(scope, language),
    ...(claims.manifest ?? []),
    ...imageClaims(scope, language),
  ];
  const refused: string[] = [];
  for (const claim of ladder) {
    const version = understand(language, claim.text, claims);
    if (version === undefined) continue;
    if (standingOf(language, version) === "unknown") {
      refused.push(`${claim.says}, which does not exist`);
      continue;
    }
    const asIs = [...claim.text.matchAll(/\d+(\.\d+)*/g)].some(
      ([text]) => seriesOf(language, text) === version,
    );
    const why = asIs ? claim.says : `${claim.says}, and ${version} fits that`;
    return { version, evidence: evidenceOf(language, version, claim.file, claim.line, [why, ...refused]) };
  }
  const last = ladder[0];
  const because = ["no file says another version", ...refused];
  return {
    version: usual,
    evidence: evidenceOf(language, usual, last?.file ?? manifestOf(scope), last?.line ?? 1, because),
  };
}

/** The version of an image that the repository builds on: what it says goes before every range. */
export function imageVersion(
  scope: Scope,
  language: Language,
  dockerfile: string,
): { version: string; evidence: Evidence } | undefined {
  for (const claim of imageClaims(scope, language).reverse()) {
    const version = claim.file === dockerfile ? understand(language, claim.text, {}) : undefined;
    if (version === undefined || standingOf(language, version) === "unknown") continue;
    return { version, evidence: evidenceOf(language, version, claim.file, claim.line, [claim.says]) };
  }
  return undefined;
}

/** The file that would have said it. */
function manifestOf(scope: Scope): string {
  const found = scope.first(...projectManifests) ?? scope.tree.in(scope.dir)[0];
  return scope.full(found ?? scope.sources(".py", ".php", ".html")[0] ?? ".");
}

function understand(language: Language, text: string, { words, dialect }: Claims): string | undefined {
  const clean = text.trim();
  const word = words?.(clean.toLowerCase());
  if (word !== undefined) return word;
  if (/^(latest|stable|current|lts|nightly|beta|system|\*|x)?$/i.test(clean)) return undefined;
  if (/^v?[\d.]+$/.test(clean))
    return exactSeries(language, clean)?.length ? widen(language, clean, dialect) : undefined;
  if (/[<>=^~*|,x]|\s-\s/i.test(clean.replace(/^(=+|python-|[a-z]+-)(?=\d)/i, ""))) {
    return seriesWithin(language, clean.replace(/^(python|ruby|php|node)\s*/i, ""), dialect);
  }
  const exact = exactSeries(language, clean.replace(/^[a-z]+-(?=\d)/i, ""));
  return exact === undefined ? undefined : widen(language, exact, dialect);
}

/** `python 3` or `ruby 3` leave the series open. */
function widen(language: Language, version: string, dialect: Dialect | undefined): string | undefined {
  const series = exactSeries(language, version) ?? "";
  return series.split(".").length < releasesOf(language).parts
    ? seriesWithin(language, `${series}.*`, dialect)
    : series;
}

function evidenceOf(language: Language, value: string, file: string, line: number, why: string[]): Evidence {
  return {
    path: "runtime",
    value: `${language}@${value}`,
    file,
    line,
    because: `${title(language)} ${value} because ${why.join("; ")}`,
  };
}
