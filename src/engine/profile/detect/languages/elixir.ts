import { type Dependency, emptyFacts, type Facts } from "../facts.ts";
import { findHealth, findListening } from "../listen.ts";
import { addProcess, note, setFramework, setHealth, setPort, setRelease } from "../note.ts";
import { lineOf, type Scope } from "../scope.ts";
import { decideVersion, fileClaims } from "../versions.ts";
import type { LanguageRules } from "./rules.ts";

export const elixir: LanguageRules = {
  manifests: ["mix.exs"],
  read(scope) {
    const text = scope.text("mix.exs");
    if (text === undefined) return undefined;
    const facts = emptyFacts("elixir");
    facts.manager = "mix";
    facts.dependencies = dependencies(scope, text);
    const where = { file: scope.full("mix.exs") };
    const said = /elixir:\s*"([^"]+)"/.exec(text)?.[1];
    const { version, evidence } = decideVersion(scope, "elixir", {
      files: fileClaims(scope, ".elixir-version"),
      manifest:
        said === undefined
          ? []
          : [{ text: said, ...where, line: lineOf(text, "elixir:"), says: `mix.exs asks for ${said}` }],
    });
    facts.version = version;
    facts.evidence.push(evidence);
    const app = /app:\s*:(\w+)/.exec(text)?.[1] ?? "app";
    const phoenix = facts.dependencies.find(({ name }) => name === "phoenix");
    const plug = facts.dependencies.find(({ name }) => name === "bandit" || name === "plug_cowboy");
    const runs = phoenix !== undefined || plug !== undefined || /mod:\s*\{/.test(text);
    facts.install = ["mix deps.get --only prod"];
    if (!runs) return facts;
    note(facts, "build.install", facts.install[0] ?? "", where, "mix.exs is there");
    facts.buildEnv.MIX_ENV = "prod";
    const assets = /"assets\.deploy"/.test(text);
    facts.build = [
      "mix deps.compile",
      ...(assets ? ["mix assets.deploy"] : []),
      "mix compile",
      "mix release",
    ];
    for (const step of facts.build) note(facts, "build.run", step, where, "Mix makes a release so");
    const program = `_build/prod/rel/${app}/bin/${app}`;
    if (phoenix !== undefined) setFramework(facts, "phoenix", phoenix, "mix.exs names phoenix");
    const web = phoenix !== undefined || plug !== undefined;
    addProcess(
      facts,
      web ? "web" : "worker",
      { run: `${program} start` },
      where,
      `mix.exs makes the release ${app}`,
    );
    facts.strength = web ? 90 : 60;
    if (web) serve(scope, facts, phoenix !== undefined, where);
    if (facts.dependencies.some(({ name }) => name === "ecto_sql") && scope.hasFolder("priv/repo")) {
      const module = scope
        .sources("release.ex")
        .map((path) => /defmodule\s+([\w.]+)/.exec(scope.text(path) ?? "")?.[1])
        .find((name) => name !== undefined);
      const repo = scope
        .sources("repo.ex")
        .map((path) => /defmodule\s+([\w.]+)/.exec(scope.text(path) ?? "")?.[1])
        .find((name) => name !== undefined);
      const expression =
        module === undefined
          ? `Application.load(:${app}); {:ok, _, _} = Ecto.Migrator.with_repo(${repo ?? "Repo"}, &Ecto.Migrator.run(&1, :up, all: true))`
          : `${module}.migrate()`;
      setRelease(
        facts,
        `${program} eval '${expression}'`,
        { file: scope.full("priv/repo") },
        "priv/repo holds migrations of Ecto",
      );
      if (scope.has("priv/repo/seeds.exs")) facts.dev.seed = "mix run priv/repo/seeds.exs";
    }
    facts.dev.run = phoenix === undefined ? "mix run --no-halt" : "mix phx.server";
    facts.dev.test = "mix test";
    return facts;
  },
};

function dependencies(scope: Scope, text: string): Dependency[] {
  return text.split("\n").flatMap((raw, index) => {
    const line = raw.replace(/#.*$/, "");
    const name = /\{:(\w+),\s*(?:"|~|git:|github:|path:|">)/.exec(line)?.[1];
    return name === undefined
      ? []
      : [
          {
            name,
            extras: [],
            dev: /only:\s*(\[?:(dev|test))/.test(line),
            file: scope.full("mix.exs"),
            line: index + 1,
          },
        ];
  });
}

function serve(scope: Scope, facts: Facts, phoenix: boolean, where: { file: string }): void {
  const listening = findListening(
    scope,
    [
      "config/runtime.exs",
      "config/prod.exs",
      "config/config.exs",
      ...(phoenix ? [] : scope.sources(".ex")),
    ].filter((path) => scope.has(path)),
  );
  setPort(
    facts,
    "web",
    listening?.port ?? 4000,
    listening ?? where,
    listening === undefined
      ? "Phoenix listens there unless told otherwise"
      : `the code says ${listening.text}`,
  );
  if (phoenix) {
    facts.env.PHX_SERVER = "true";
    facts.env.SECRET_KEY_BASE = { secret: true };
    if (/PHX_HOST/.test(scope.text("config/runtime.exs") ?? "")) facts.env.PHX_HOST = "localhost";
  }
  const health = findHealth(scope, scope.sources(".ex"));
  if (health !== undefined) setHealth(facts, "web", health.path, health, `${health.file} answers there`);
}
