import { exampleVariables } from "../envFiles.ts";
import { type Dependency, emptyFacts, type Facts } from "../facts.ts";
import { findHealth } from "../listen.ts";
import { localRoot } from "../localTools.ts";
import { addProcess, note, setFramework, setHealth, setPort, setRelease } from "../note.ts";
import { type Data, digData, digText, lineOf, type Scope } from "../scope.ts";
import { decideVersion, fileClaims } from "../versions.ts";
import type { LanguageRules } from "./rules.ts";

const run = "apache2-foreground";
const port = 8080;

/** Package → framework, and the document root. */
const frameworks: readonly { name: string; packages: readonly string[]; root: string }[] = [
  { name: "laravel", packages: ["laravel/framework"], root: "public" },
  { name: "symfony", packages: ["symfony/framework-bundle", "symfony/runtime"], root: "public" },
  { name: "wordpress", packages: ["roots/wordpress", "johnpbloch/wordpress", "roots/bedrock"], root: "web" },
  { name: "drupal", packages: ["drupal/core-recommended", "drupal/core"], root: "web" },
  { name: "lumen", packages: ["laravel/lumen-framework"], root: "public" },
  { name: "codeigniter", packages: ["codeigniter4/framework"], root: "public" },
  { name: "cakephp", packages: ["cakephp/cakephp"], root: "webroot" },
  { name: "yii", packages: ["yiisoft/yii2"], root: "web" },
  { name: "laminas", packages: ["laminas/laminas-mvc"], root: "public" },
  { name: "slim", packages: ["slim/slim"], root: "public" },
];

export const php: LanguageRules = {
  manifests: ["composer.json", "index.php", "wp-config-sample.php", "wp-load.php", "style.css"],
  bare: true,
  read(scope) {
    const data = scope.json("composer.json");
    const wordpress = wordpressOf(scope);
    const plain = scope.first(
      "index.php",
      "public/index.php",
      "web/index.php",
      "src/index.php",
      "htdocs/index.php",
      "www/index.php",
      "html/index.php",
    );
    if (data === undefined && wordpress === undefined && plain === undefined) return undefined;
    const facts = emptyFacts("php");
    facts.dependencies = data === undefined ? [] : dependencies(scope, data);
    const where = { file: scope.full("composer.json") };
    if (data !== undefined) {
      facts.manager = "composer";
      facts.install = ["composer install --no-dev --no-interaction --prefer-dist --optimize-autoloader"];
      note(facts, "build.install", facts.install[0] ?? "", where, "composer.json is there");
    }
    const required = digText(data, "require", "php");
    const platform = digText(data, "config", "platform", "php");
    const claim = (text: string, key: string) => ({
      text,
      file: where.file,
      line: lineOf(scope.text("composer.json"), '"php"'),
      says: `${key} in composer.json asks for ${text}`,
    });
    const { version, evidence } = decideVersion(scope, "php", {
      files: fileClaims(scope, ".php-version"),
      manifest: [
        ...(platform === undefined ? [] : [claim(platform, "config.platform.php")]),
        ...(required === undefined ? [] : [claim(required, "require.php")]),
      ],
      dialect: "pessimistic",
    });
    facts.version = version;
    facts.evidence.push(evidence);
    const has = (name: string) => facts.dependencies.some((one) => one.name === name && !one.dev);
    const framework = frameworks.find(({ packages }) => packages.some(has));
    if (framework !== undefined) {
      const from = facts.dependencies.find(({ name }) => framework.packages.includes(name));
      setFramework(facts, framework.name, from ?? where, `composer.json names ${from?.name}`);
      serve(scope, facts, documentRoot(scope, framework.root), where);
      facts.strength = 95;
    } else if (wordpress !== undefined) {
      setFramework(facts, "wordpress", { file: scope.full(wordpress) }, `${wordpress} belongs to WordPress`);
      serve(scope, facts, saidRoot(scope) ?? ".", { file: scope.full(wordpress) });
      facts.strength = 95;
    } else if (plain !== undefined) {
      const folder = plain.includes("/") ? plain.slice(0, plain.lastIndexOf("/")) : ".";
      serve(scope, facts, saidRoot(scope) ?? (scope.has("public/index.php") ? "public" : folder), {
        file: scope.full(plain),
      });
      facts.strength = data === undefined ? 60 : 80;
    }
    if (facts.processes.size === 0) return facts;
    decideExtensions(scope, facts, has);
    if (facts.framework === "laravel") laravel(scope, facts, has);
    if (facts.framework === "symfony") symfony(scope, facts, has);
    if (facts.framework === "wordpress")
      addUploads(
        facts,
        has("roots/bedrock") || scope.hasFolder("web/app") ? "web/app/uploads" : "wp-content/uploads",
      );
    const tester =
      has("pestphp/pest") || facts.dependencies.some(({ name }) => name === "pestphp/pest")
        ? "vendor/bin/pest"
        : "vendor/bin/phpunit";
    if (facts.framework === "laravel") facts.dev.test = "php artisan test";
    else if (scope.first("phpunit.xml", "phpunit.xml.dist") !== undefined) facts.dev.test = tester;
    const health = findHealth(scope, scope.sources(".php"));
    if (health !== undefined) setHealth(facts, "web", health.path, health, `${health.file} answers there`);
    return facts;
  },
};

function dependencies(scope: Scope, data: Data): Dependency[] {
  const text = scope.text("composer.json");
  const read = (group: string, dev: boolean): Dependency[] =>
    Object.keys(digData(data, group)).map((name) => ({
      name,
      extras: [],
      dev,
      file: scope.full("composer.json"),
      line: lineOf(text, `"${name}"`),
    }));
  return [...read("require", false), ...read("require-dev", true)];
}

/** A whole WordPress, or a theme or plug-in that runs in one. */
function wordpressOf(scope: Scope): string | undefined {
  const core = scope.first(
    "wp-config-sample.php",
    "wp-load.php",
    "wp-config.php",
    "wp-settings.php",
    "wp-login.php",
  );
  if (core !== undefined) return core;
  if (
    /^\s*Theme Name:/m.test((scope.text("style.css") ?? "").slice(0, 4_000)) &&
    scope.first("functions.php", "index.php", "theme.json") !== undefined
  )
    return "style.css";
  if (scope.hasFolder("wp-content/themes") || scope.hasFolder("wp-content/plugins")) {
    return scope.tree.files
      .find((path) => path.startsWith(scope.full("wp-content/")))
      ?.slice(scope.dir === "" ? 0 : scope.dir.length + 1);
  }
  return scope.tree
    .in(scope.dir)
    .find(
      (name) =>
        name.endsWith(".php") && /^\s*\*?\s*Plugin Name:/m.test((scope.text(name) ?? "").slice(0, 4_000)),
    );
}

/** The folder that DDEV or Lando serve, where it is there. */
function saidRoot(scope: Scope): string | undefined {
  const said = localRoot(scope)?.replace(/^\.?\/|\/$/g, "");
  if (said === undefined || (said !== "" && !scope.hasFolder(said))) return undefined;
  return said || ".";
}

function documentRoot(scope: Scope, usual: string): string {
  const said = saidRoot(scope);
  if (said !== undefined) return said;
  if (scope.hasFolder(usual)) return usual;
  return (
    ["public", "web", "webroot", "htdocs", "www"].find((folder) => scope.hasFolder(folder)) ??
    (scope.has("index.php") ? "." : usual)
  );
}

function serve(scope: Scope, facts: Facts, root: string, where: { file: string }): void {
  addProcess(
    facts,
    "web",
    { run, serve: root },
    where,
    `Apache serves ${root === "." ? "the folder" : `${root}, where index.php is`}`,
  );
  setPort(facts, "web", port, where, "an image that is not root's listens there");
  if (!scope.hasFolder(root) && root !== ".") facts.strength -= 10;
}

/** What composer.json asks for, and what the framework and its database need. */
function decideExtensions(scope: Scope, facts: Facts, has: (name: string) => boolean): void {
  const builtIn = new Set([
    "ctype",
    "curl",
    "date",
    "dom",
    "fileinfo",
    "filter",
    "hash",
    "iconv",
    "json",
    "libxml",
    "mbstring",
    "openssl",
    "pcre",
    "pdo",
    "phar",
    "posix",
    "readline",
    "reflection",
    "session",
    "simplexml",
    "sodium",
    "spl",
    "sqlite3",
    "pdo_sqlite",
    "tokenizer",
    "xml",
    "xmlreader",
    "xmlwriter",
    "zlib",
    "ftp",
  ]);
  const add = (name: string, where: { file: string; line?: number }, because: string) => {
    if (builtIn.has(name) || facts.extensions.includes(name)) return;
    facts.extensions.push(name);
    note(facts, "build.extensions", name, where, because);
  };
  for (const one of facts.dependencies) {
    const extension = /^ext-(.+)$/.exec(one.name)?.[1]?.toLowerCase().replace("zend-opcache", "opcache");
    if (extension !== undefined && !one.dev) add(extension, one, `composer.json asks for ${one.name}`);
  }
  const where = { file: scope.full("composer.json") };
  const connection = exampleVariables(scope).find(({ name }) => name === "DB_CONNECTION");
  if (connection?.value === "pgsql") add("pdo_pgsql", connection, `${connection.file} connects to Postgres`);
  if (connection !== undefined && /^(mysql|mariadb)$/.test(connection.value))
    add("pdo_mysql", connection, `${connection.file} connects to ${connection.value}`);
  const dsn = exampleVariables(scope).find(({ name }) => name === "DATABASE_URL");
  if (dsn !== undefined && /^postgres/.test(dsn.value))
    add("pdo_pgsql", dsn, `${dsn.file} connects to Postgres`);
  if (dsn !== undefined && /^(mysql|mariadb)/.test(dsn.value))
    add("pdo_mysql", dsn, `${dsn.file} connects to MySQL`);
  for (const path of scope.sources(".php").slice(0, 200)) {
    const text = scope.text(path) ?? "";
    const at = (needle: string | RegExp) => ({ file: scope.full(path), line: lineOf(text, needle) });
    if (/new mysqli\(|mysqli_connect\(/.test(text)) {
      add("mysqli", at("mysqli"), `${path} uses mysqli`);
      needs(facts, "ext-mysqli", at("mysqli"));
    }
    const pdo = /new\s+\\?PDO\(\s*["'](mysql|pgsql):|["'](mysql|pgsql):host=/.exec(text);
    const driver = pdo?.[1] ?? pdo?.[2];
    if (driver !== undefined) {
      add(`pdo_${driver}`, at(pdo?.[0] ?? driver), `${path} connects with PDO`);
      needs(facts, `ext-pdo_${driver}`, at(pdo?.[0] ?? driver));
    }
    if (/new\s+\\?Redis\(\)/.test(text)) {
      add("redis", at("Redis("), `${path} uses Redis`);
      needs(facts, "ext-redis", at("Redis("));
    }
  }
  if (facts.framework === "wordpress") {
    for (const name of ["mysqli", "gd", "exif", "intl", "zip"])
      add(name, { file: facts.evidence.at(-1)?.file ?? where.file }, "WordPress uses it");
    needs(facts, "ext-mysqli", { file: facts.evidence.at(-1)?.file ?? where.file, line: 1 });
  }
  if (facts.framework === "laravel")
    for (const name of ["pcntl", "bcmath"]) add(name, where, "Laravel and its queue use it");
  if (facts.framework === "symfony" || has("symfony/intl")) add("intl", where, "Symfony uses it");
  if (facts.framework === "drupal")
    for (const name of ["gd", "pdo_mysql"]) add(name, where, "Drupal uses it");
  if (has("intervention/image") || has("spatie/laravel-medialibrary"))
    add("gd", where, "images are worked on");
  if (has("maatwebsite/excel") || has("phpoffice/phpspreadsheet"))
    for (const name of ["zip", "gd"]) add(name, where, "spreadsheets need it");
}

/** Code that uses a driver is as good as a manifest that asks for it. */
function needs(facts: Facts, name: string, where: { file: string; line: number }): void {
  if (!facts.dependencies.some((one) => one.name === name))
    facts.dependencies.push({ name, extras: [], dev: false, ...where });
}

function laravel(scope: Scope, facts: Facts, has: (name: string) => boolean): void {
  const where = { file: scope.full("artisan") };
  setRelease(facts, "php artisan migrate --force", where, "Laravel migrates its database so");
  const variables = new Map(exampleVariables(scope).map((one) => [one.name, one]));
  const queue = variables.get("QUEUE_CONNECTION");
  const jobs = scope.tree.files.find((path) => path.startsWith(scope.full("app/Jobs/")));
  if (has("laravel/horizon"))
    addProcess(
      facts,
      "worker",
      { run: "php artisan horizon" },
      where,
      "laravel/horizon is among the dependencies",
    );
  else if (jobs !== undefined || (queue !== undefined && queue.value === "redis")) {
    addProcess(
      facts,
      "worker",
      { run: "php artisan queue:work" },
      jobs === undefined ? (queue ?? where) : { file: jobs },
      jobs === undefined ? "the queue is worked off by it" : `${jobs} is a job of the queue`,
    );
  }
  const schedule = ["routes/console.php", "bootstrap/app.php", "app/Console/Kernel.php"].find((path) =>
    /Schedule::(?!class)\w|\$schedule->(command|job|call|exec)/.test(
      (scope.code(path) ?? "").replace(/\/\*[\s\S]*?\*\/|(^|\s)(\/\/|#)[^\n]*/g, ""),
    ),
  );
  if (schedule !== undefined)
    addProcess(
      facts,
      "scheduler",
      { run: "php artisan schedule:work" },
      { file: scope.full(schedule) },
      `${schedule} has a schedule`,
    );
  if (/health:\s*['"]\/up['"]/.test(scope.text("bootstrap/app.php") ?? ""))
    setHealth(
      facts,
      "web",
      "/up",
      { file: scope.full("bootstrap/app.php") },
      "bootstrap/app.php answers there",
    );
  facts.env.APP_KEY ??= { secret: true };
  if (scope.has("database/seeders/DatabaseSeeder.php")) facts.dev.seed = "php artisan db:seed";
}

function symfony(scope: Scope, facts: Facts, has: (name: string) => boolean): void {
  const where = { file: scope.full("composer.json") };
  if (has("doctrine/doctrine-migrations-bundle"))
    setRelease(
      facts,
      "php bin/console doctrine:migrations:migrate --no-interaction --allow-no-migration",
      where,
      "Doctrine keeps migrations",
    );
  if (
    has("symfony/messenger") &&
    /transports:[\s\S]*?dsn:/.test(
      (scope.text("config/packages/messenger.yaml") ?? "").replace(/(^|\s)#[^\n]*/g, ""),
    )
  ) {
    addProcess(
      facts,
      "worker",
      { run: "php bin/console messenger:consume async" },
      { file: scope.full("config/packages/messenger.yaml") },
      "messenger has a transport",
    );
  }
  facts.env.APP_SECRET ??= { secret: true };
}

function addUploads(facts: Facts, folder: string): void {
  const web = facts.processes.get("web");
  if (web !== undefined) web.volumes = { uploads: `/app/${folder}` };
}
