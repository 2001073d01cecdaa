import { posix } from "node:path";
import { type Dependency, emptyFacts } from "../facts.ts";
import { findHealth, findListening, findLoopback, loopbackSays } from "../listen.ts";
import { addProcess, note, setFramework, setHealth, setPort, setRelease } from "../note.ts";
import { type Data, dig, digData, digList, digText, lineOf, type Scope, scopeOf } from "../scope.ts";
import { type Claim, decideVersion, fileClaims } from "../versions.ts";
import type { LanguageRules } from "./rules.ts";

const frameworks: readonly (readonly [crate: string, name: string, port: number])[] = [
  ["axum", "axum", 3000],
  ["actix-web", "actix", 8080],
  ["rocket", "rocket", 8000],
  ["warp", "warp", 3030],
  ["poem", "poem", 3000],
  ["salvo", "salvo", 5800],
  ["tide", "tide", 8080],
];

export const rust: LanguageRules = {
  manifests: ["Cargo.toml"],
  read(scope) {
    const data = scope.toml("Cargo.toml");
    if (data === undefined) return undefined;
    const facts = emptyFacts("rust");
    facts.manager = "cargo";
    facts.dependencies = dependencies(scope, data);
    const { version, evidence } = decideVersion(scope, "rust", { files: toolchain(scope) });
    facts.version = version;
    facts.evidence.push(evidence);
    const bins = binaries(scope, data);
    const [bin] = bins;
    if (bin === undefined) return facts;
    const where = { file: scope.full("Cargo.toml") };
    const found = frameworks.find(([crate]) =>
      facts.dependencies.some(({ name, dev }) => name === crate && !dev),
    );
    if (found !== undefined)
      setFramework(
        facts,
        found[1],
        facts.dependencies.find(({ name }) => name === found[0]) ?? where,
        `Cargo.toml names ${found[0]}`,
      );
    const locked = scope.has("Cargo.lock") || scope.tree.has("Cargo.lock") ? " --locked" : "";
    const member = scope.dir !== "" && dig(data, "workspace") === undefined && scope.tree.has("Cargo.toml");
    const build = `cargo build --release${locked}${member ? ` --package ${digText(data, "package", "name")}` : ""}`;
    facts.install = [`cargo fetch${locked}`];
    note(facts, "build.install", facts.install[0] ?? "", where, "Cargo.toml is there");
    facts.build = [build];
    note(facts, "build.run", build, where, "Cargo builds it");
    facts.entry = bin.file;
    const files = [bin.file, ...scope.sources(".rs").filter((path) => path !== bin.file)];
    const config = scope.toml("Rocket.toml");
    const rocket = Number(
      digText(config, "release", "port") ??
        digText(config, "default", "port") ??
        digText(config, "global", "port") ??
        Number.NaN,
    );
    const listening = findListening(scope, files);
    const web = found !== undefined || listening !== undefined;
    addProcess(
      facts,
      web ? "web" : "worker",
      { run: `./target/release/${bin.name}`, ...(member ? { dir: "" } : {}) },
      where,
      `Cargo.toml makes the program ${bin.name}`,
    );
    facts.strength = web ? 85 : 45;
    if (web) {
      const port = Number.isInteger(rocket) ? rocket : (listening?.port ?? found?.[2] ?? 8080);
      setPort(
        facts,
        "web",
        port,
        listening ?? where,
        listening === undefined
          ? `${found?.[1] ?? "it"} listens there unless told otherwise`
          : `the code says ${listening.text}`,
      );
      const loopback = findLoopback(scope, files);
      if (loopback !== undefined) note(facts, "processes.web.port", port, loopback, loopbackSays(loopback));
      if (found?.[1] === "rocket")
        Object.assign(facts.env, { ROCKET_ADDRESS: "0.0.0.0", ROCKET_PORT: String(port) });
      const health = findHealth(scope, files);
      if (health !== undefined) setHealth(facts, "web", health.path, health, `${health.file} answers there`);
    }
    for (const other of bins.slice(1))
      if (/worker|consumer|jobs?$/.test(other.name))
        addProcess(
          facts,
          "worker",
          { run: `./target/release/${other.name}` },
          where,
          `Cargo.toml makes the program ${other.name}`,
        );
    if (
      facts.dependencies.some(({ name }) => name === "diesel" || name === "diesel_migrations") &&
      scope.has("diesel.toml") &&
      !facts.dependencies.some(({ name }) => name === "diesel_migrations")
    )
      setRelease(facts, "diesel migration run", { file: scope.full("diesel.toml") }, "diesel.toml is there");
    facts.dev.test = "cargo test";
    facts.dev.run = `cargo run${bins.length > 1 ? ` --bin ${bin.name}` : ""}`;
    return facts;
  },
};

/** The toolchain file speaks; rust-version is only the oldest that would do. */
function toolchain(scope: Scope): Claim[] {
  const claims = fileClaims(scope, "rust-toolchain").filter(({ text }) => /^\d/.test(text));
  for (const at of [scope, scopeOf(scope.tree, "")]) {
    for (const file of ["rust-toolchain.toml", "rust-toolchain"]) {
      const channel = digText(at.toml(file), "toolchain", "channel");
      if (channel !== undefined)
        claims.push({
          text: channel,
          file: at.full(file),
          line: lineOf(at.text(file), "channel"),
          says: `${file} says ${channel}`,
        });
    }
  }
  return claims;
}

function dependencies(scope: Scope, data: Data): Dependency[] {
  const text = scope.text("Cargo.toml");
  const shared = digData(scopeOf(scope.tree, "").toml("Cargo.toml"), "workspace", "dependencies");
  const read = (group: string, dev: boolean): Dependency[] =>
    Object.entries(digData(data, group)).map(([name, said]) => ({
      name,
      extras: [
        ...digList(said, "features"),
        ...(dig(said, "workspace") === true ? digList(shared[name], "features") : []),
      ].map(String),
      dev: dev || dig(said, "optional") === true,
      file: scope.full("Cargo.toml"),
      line: lineOf(text, new RegExp(`^"?${name}"?\\s*[=.]`, "m")),
    }));
  return [...read("dependencies", false), ...read("dev-dependencies", true)];
}

function binaries(scope: Scope, data: Data): { name: string; file: string }[] {
  const own = digText(data, "package", "name");
  if (own === undefined) return [];
  const found: { name: string; file: string }[] = digList(data, "bin").flatMap((bin) => {
    const name = digText(bin, "name");
    const file =
      digText(bin, "path") ?? (scope.has(`src/bin/${name}.rs`) ? `src/bin/${name}.rs` : "src/main.rs");
    return name === undefined || !scope.has(posix.normalize(file))
      ? []
      : [{ name, file: posix.normalize(file) }];
  });
  if (scope.has("src/main.rs") && !found.some(({ file }) => file === "src/main.rs"))
    found.unshift({ name: own, file: "src/main.rs" });
  for (const name of scope.tree.in(scope.full("src/bin"))) {
    const file = `src/bin/${name}`;
    if (name.endsWith(".rs") && !found.some((one) => one.file === file))
      found.push({ name: name.slice(0, -3), file });
  }
  const preferred = digText(data, "package", "default-run");
  const rank = ({ name }: { name: string }) =>
    name === preferred
      ? 0
      : /^(server|api|web|app)$/.test(name)
        ? 1
        : name === own
          ? 1
          : /migrat|seed|worker|cli|tool/.test(name)
            ? 3
            : 2;
  return found.sort((a, b) => rank(a) - rank(b));
}
