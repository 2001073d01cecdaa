import { type Dependency, emptyFacts, type Facts } from "../facts.ts";
import { findHealth, findListening } from "../listen.ts";
import { addProcess, note, setFramework, setHealth, setPort, setRelease } from "../note.ts";
import { lineOf, type Scope } from "../scope.ts";
import { type Claim, decideVersion, fileClaims } from "../versions.ts";
import type { LanguageRules } from "./rules.ts";

export const ruby: LanguageRules = {
  manifests: ["Gemfile", "config.ru", "_config.yml"],
  read(scope) {
    const gemfile = scope.text("Gemfile");
    const jekyllConfig =
      scope.has("_config.yml") &&
      (scope.hasFolder("_posts") ||
        scope.hasFolder("_layouts") ||
        /^(theme|plugins|baseurl|title):/m.test(scope.text("_config.yml") ?? ""));
    if (gemfile === undefined && !scope.has("config.ru") && !jekyllConfig) return undefined;
    const facts = emptyFacts("ruby");
    facts.dependencies = gemfile === undefined ? [] : readGemfile(scope, gemfile);
    if (gemfile !== undefined) {
      facts.manager = "bundler";
      facts.install = ["bundle install"];
      note(facts, "build.install", "bundle install", { file: scope.full("Gemfile") }, "Gemfile is there");
      facts.buildPackages = ["build-essential", "libyaml-dev", "pkg-config", "git"];
    }
    const { version, evidence } = decideVersion(scope, "ruby", {
      files: fileClaims(scope, ".ruby-version"),
      manifest: gemClaims(scope, gemfile),
    });
    facts.version = version;
    facts.evidence.push(evidence);
    const has = (name: string) => facts.dependencies.some((one) => one.name === name && !one.dev);
    const anyGroup = (name: string) => facts.dependencies.some((one) => one.name === name);
    if (has("rails") || scope.has("bin/rails")) rails(scope, facts, has);
    else if (anyGroup("jekyll") || anyGroup("github-pages") || jekyllConfig)
      jekyll(scope, facts, gemfile !== undefined);
    else rack(scope, facts, has);
    workers(scope, facts, has);
    if (anyGroup("rspec") || anyGroup("rspec-rails")) facts.dev.test = "bundle exec rspec";
    else if (facts.framework === "rails" && scope.hasFolder("test")) facts.dev.test = "bin/rails test";
    return facts;
  },
};

function readGemfile(scope: Scope, text: string): Dependency[] {
  const found: Dependency[] = [];
  const groups: boolean[] = [];
  for (const [index, raw] of text.split("\n").entries()) {
    const line = raw.replace(/#.*$/, "").trim();
    const group = /^group\s+(.+?)\s+do\b/.exec(line)?.[1];
    if (group !== undefined) groups.push(isDevelopment(group));
    else if (/\bdo(\s*\|\w+\|)?$/.test(line) || /^(if|unless|case)\b/.test(line))
      groups.push(groups.at(-1) ?? false);
    else if (line === "end") groups.pop();
    const name = /^gem\s*\(?\s*["']([\w.-]+)["']/.exec(line)?.[1];
    if (name === undefined) continue;
    const inline = /groups?:\s*(\[[^\]]*\]|:\w+)/.exec(line)?.[1];
    const dev = (groups.at(-1) ?? false) || (inline !== undefined && isDevelopment(inline));
    found.push({ name, extras: [], dev, file: scope.full("Gemfile"), line: index + 1 });
  }
  return found;
}

/** A group counts as development unless production is among its names. */
function isDevelopment(groups: string): boolean {
  return /development|test|ci\b/.test(groups) && !/production|default/.test(groups);
}

function gemClaims(scope: Scope, gemfile: string | undefined): Claim[] {
  const [, said] = /^\s*ruby\s*\(?\s*["']([^"']+)["']/m.exec(gemfile ?? "") ?? [];
  const claims: Claim[] = [];
  if (said !== undefined)
    claims.push({
      text: said,
      file: scope.full("Gemfile"),
      line: lineOf(gemfile, /^\s*ruby\s/m),
      says: `Gemfile says ruby ${said}`,
    });
  const lock = scope.text("Gemfile.lock");
  const [, locked] = /RUBY VERSION\s+ruby (\d+\.\d+\.\d+)/.exec(lock ?? "") ?? [];
  if (locked !== undefined)
    claims.push({
      text: locked,
      file: scope.full("Gemfile.lock"),
      line: lineOf(lock, "RUBY VERSION"),
      says: `Gemfile.lock says ruby ${locked}`,
    });
  return claims;
}

function rails(scope: Scope, facts: Facts, has: (name: string) => boolean): void {
  const gem = facts.dependencies.find(({ name }) => name === "rails");
  const where = gem ?? { file: scope.full("Gemfile") };
  setFramework(facts, "rails", where, "Gemfile names rails");
  facts.strength = 95;
  const listening = findListening(scope, ["config/puma.rb"]);
  const port = listening?.port ?? 3000;
  const puma = scope.has("config/puma.rb");
  const run = puma ? "bundle exec puma -C config/puma.rb" : `bin/rails server -b 0.0.0.0 -p ${port}`;
  addProcess(
    facts,
    "web",
    { run, env: { RAILS_ENV: "production", RAILS_LOG_TO_STDOUT: "true" } },
    puma ? { file: scope.full("config/puma.rb") } : where,
    puma ? "config/puma.rb says how it is served" : "Rails is served so",
  );
  setPort(
    facts,
    "web",
    port,
    listening ?? where,
    listening === undefined ? "Rails listens there unless told otherwise" : `the code says ${listening.text}`,
  );
  const routes = scope.text("config/routes.rb") ?? "";
  if (/rails\/health#show/.test(routes))
    setHealth(
      facts,
      "web",
      `/${/get\s+["']\/?([\w/-]+)["']\s*(?:=>|,\s*to:)\s*["']rails\/health#show/.exec(routes)?.[1] ?? "up"}`,
      { file: scope.full("config/routes.rb"), line: lineOf(routes, "rails/health#show") },
      "config/routes.rb answers there",
    );
  else {
    const health = findHealth(scope, ["config/routes.rb"]);
    if (health !== undefined) setHealth(facts, "web", health.path, health, "config/routes.rb answers there");
  }
  const web = facts.processes.get("web");
  const keeps = has("sqlite3") && !has("pg") && !has("mysql2") && !has("trilogy");
  if (web !== undefined && keeps) {
    // The image that Rails' own Dockerfile makes has the application in /rails.
    const home = /\/rails\b/.test(scope.text("Dockerfile") ?? "") ? "/rails" : "/app";
    web.volumes = { storage: `${home}/storage` };
  }
  if (scope.hasFolder("db"))
    setRelease(
      facts,
      "bin/rails db:prepare",
      { file: scope.full("bin/rails") },
      "Rails creates and migrates its database so",
    );
  if (
    has("sprockets-rails") ||
    has("propshaft") ||
    has("importmap-rails") ||
    has("tailwindcss-rails") ||
    scope.hasFolder("app/assets")
  ) {
    facts.build.push("bundle exec rails assets:precompile");
    note(facts, "build.run", "bundle exec rails assets:precompile", where, "the application has assets");
    facts.buildEnv.SECRET_KEY_BASE_DUMMY = "1";
    facts.buildEnv.RAILS_ENV = "production";
  }
  const key = scope.first("config/credentials.yml.enc", "config/credentials/production.yml.enc");
  facts.env[key === undefined ? "SECRET_KEY_BASE" : "RAILS_MASTER_KEY"] = { secret: true };
  if (scope.has("db/seeds.rb")) facts.dev.seed = "bin/rails db:seed";
  facts.dev.run = `bin/rails server -b 0.0.0.0 -p ${port}`;
}

function jekyll(scope: Scope, facts: Facts, bundled: boolean): void {
  const where = { file: scope.full("_config.yml") };
  setFramework(facts, "jekyll", where, "the site is Jekyll's");
  facts.strength = 90;
  const out = /^destination:\s*["']?\.?\/?([\w/-]+)/m.exec(scope.text("_config.yml") ?? "")?.[1] ?? "_site";
  if (!bundled) {
    facts.install = ["gem install jekyll bundler"];
    facts.manager = "bundler";
  }
  facts.build.push(bundled ? "bundle exec jekyll build" : "jekyll build");
  note(facts, "build.run", facts.build[0] ?? "", where, "Jekyll builds static files");
  addProcess(facts, "web", { serve: out }, where, "Jekyll builds static files");
  setPort(facts, "web", 8080, where, "static files are served there");
  setHealth(facts, "web", "/", where, "files that are served answer at their root");
  facts.dev.run = `${bundled ? "bundle exec " : ""}jekyll serve --host 0.0.0.0 --port 8080`;
}

function rack(scope: Scope, facts: Facts, has: (name: string) => boolean): void {
  const framework = ["sinatra", "hanami", "roda", "grape", "padrino"].find(has);
  const entry = scope.first("config.ru", "app.rb", "main.rb", "server.rb", "web.rb", "lib/app.rb", "bot.rb");
  if (framework !== undefined)
    setFramework(
      facts,
      framework,
      facts.dependencies.find(({ name }) => name === framework) ?? { file: scope.full("Gemfile") },
      `Gemfile names ${framework}`,
    );
  if (entry === undefined) return;
  const where = { file: scope.full(entry) };
  const files = ["config/puma.rb", entry, ...scope.sources(".rb")].filter((path) => scope.has(path));
  const listening = findListening(scope, files);
  if (entry === "config.ru") {
    const puma = has("puma");
    const port = listening?.port ?? 9292;
    const run = scope.has("config/puma.rb")
      ? "bundle exec puma -C config/puma.rb"
      : puma
        ? `bundle exec puma -b tcp://0.0.0.0:${port}`
        : `bundle exec rackup -o 0.0.0.0 -p ${port}`;
    addProcess(facts, "web", { run }, where, "config.ru is where it begins");
    setPort(
      facts,
      "web",
      port,
      listening ?? where,
      listening === undefined
        ? "rackup listens there unless told otherwise"
        : `the code says ${listening.text}`,
    );
    facts.strength = 85;
  } else if (framework === "sinatra") {
    const port = listening?.port ?? 4567;
    addProcess(
      facts,
      "web",
      { run: `bundle exec ruby ${entry} -o 0.0.0.0 -p ${port}` },
      where,
      `${entry} is where it begins`,
    );
    setPort(
      facts,
      "web",
      port,
      listening ?? where,
      listening === undefined
        ? "Sinatra listens there unless told otherwise"
        : `the code says ${listening.text}`,
    );
    facts.strength = 85;
  } else {
    addProcess(
      facts,
      listening === undefined ? "worker" : "web",
      { run: `bundle exec ruby ${entry}` },
      where,
      `${entry} is where it begins`,
    );
    if (listening !== undefined)
      setPort(facts, "web", listening.port, listening, `the code says ${listening.text}`);
    facts.strength = 45;
  }
  if (has("sinatra-activerecord") || has("rake-activerecord") || scope.hasFolder("db/migrate"))
    setRelease(
      facts,
      "bundle exec rake db:migrate",
      { file: scope.full("Rakefile") },
      "db/migrate holds migrations",
    );
  const health = findHealth(scope, files);
  if (health !== undefined) setHealth(facts, "web", health.path, health, `${health.file} answers there`);
}

function workers(scope: Scope, facts: Facts, has: (name: string) => boolean): void {
  const from = (name: string) =>
    facts.dependencies.find((one) => one.name === name) ?? { file: scope.full("Gemfile") };
  const config = scope.has("config/sidekiq.yml") ? " -C config/sidekiq.yml" : "";
  if (has("sidekiq")) {
    const require =
      facts.framework === "rails"
        ? ""
        : (scope.first("config/environment.rb", "app.rb", "config/boot.rb", "worker.rb") ?? "");
    addProcess(
      facts,
      "worker",
      { run: `bundle exec sidekiq${config}${require === "" ? "" : ` -r ./${require}`}` },
      from("sidekiq"),
      "Gemfile names sidekiq",
    );
  } else if (has("solid_queue") && scope.has("bin/jobs"))
    addProcess(
      facts,
      "worker",
      { run: "bin/jobs" },
      { file: scope.full("bin/jobs") },
      "Solid Queue is worked off by it",
    );
  else if (has("good_job"))
    addProcess(
      facts,
      "worker",
      { run: "bundle exec good_job start" },
      from("good_job"),
      "Gemfile names good_job",
    );
  else if (has("delayed_job_active_record") || has("delayed_job"))
    addProcess(
      facts,
      "worker",
      { run: "bin/rails jobs:work" },
      from("delayed_job"),
      "Gemfile names delayed_job",
    );
  else if (has("resque"))
    addProcess(
      facts,
      "worker",
      { run: "bundle exec rake resque:work", env: { QUEUE: "*" } },
      from("resque"),
      "Gemfile names resque",
    );
}
