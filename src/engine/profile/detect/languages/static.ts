import { emptyFacts } from "../facts.ts";
import { addProcess, note, setFramework, setHealth, setPort } from "../note.ts";
import { digText } from "../scope.ts";
import type { LanguageRules } from "./rules.ts";

const hugoFiles = [
  "hugo.toml",
  "hugo.yaml",
  "hugo.yml",
  "hugo.json",
  "config/_default/hugo.toml",
  "config/_default/config.toml",
];

/** Files that are served as they are, and generators that come as one program. */
export const staticFiles: LanguageRules = {
  manifests: ["index.html", "hugo.toml", "hugo.yaml", "hugo.yml", "book.toml", "mkdocs.yml"],
  bare: true,
  read(scope) {
    const facts = emptyFacts("static");
    const old = scope.first("config.toml", "config.yaml", "config.yml");
    const isHugo =
      scope.first(...hugoFiles) ??
      (old !== undefined &&
      (scope.hasFolder("content") || scope.has("archetypes/default.md")) &&
      /baseURL/i.test(scope.text(old) ?? "")
        ? old
        : undefined);
    const book = scope.first("book.toml");
    if (isHugo !== undefined) {
      const where = { file: scope.full(isHugo) };
      setFramework(facts, "hugo", where, `${isHugo} is Hugo's`);
      facts.manager = "hugo";
      facts.build = ["hugo --minify"];
      facts.buildPackages = ["hugo"];
      note(facts, "build.run", "hugo --minify", where, "Hugo builds static files");
      addProcess(
        facts,
        "web",
        { serve: digText(scope.toml(isHugo), "publishDir") ?? "public" },
        where,
        "Hugo builds static files",
      );
      facts.dev.run = "hugo server --bind 0.0.0.0 --port 8080";
      facts.strength = 92;
    } else if (book !== undefined) {
      const where = { file: scope.full(book) };
      setFramework(facts, "mdbook", where, "book.toml is mdBook's");
      facts.build = ["mdbook build"];
      facts.buildPackages = ["mdbook"];
      addProcess(
        facts,
        "web",
        { serve: digText(scope.toml(book), "build", "build-dir") ?? "book" },
        where,
        "mdBook builds static files",
      );
      facts.strength = 85;
    } else {
      const index = scope.first(
        "index.html",
        "public/index.html",
        "site/index.html",
        "www/index.html",
        "src/index.html",
        "htdocs/index.html",
      );
      if (index === undefined) return undefined;
      const folder = index.includes("/") ? index.slice(0, index.lastIndexOf("/")) : ".";
      addProcess(facts, "web", { serve: folder }, { file: scope.full(index) }, `${index} is served as it is`);
      facts.strength = scope.dir === "" ? 42 : 20;
    }
    const where = { file: facts.evidence[0]?.file ?? scope.full(".") };
    setPort(facts, "web", 8080, where, "static files are served there");
    setHealth(facts, "web", "/", where, "files that are served answer at their root");
    return facts;
  },
};
