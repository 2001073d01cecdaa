import { posix } from "node:path";
import { type Dependency, emptyFacts, type Facts } from "../facts.ts";
import { findHealth, findListening } from "../listen.ts";
import { addProcess, note, setFramework, setHealth, setPort } from "../note.ts";
import { digText, lineOf, type Scope, scopeOf } from "../scope.ts";
import { type Claim, decideVersion, fileClaims } from "../versions.ts";
import type { LanguageRules } from "./rules.ts";
import { type Element, parseXml, xmlAll, xmlText } from "./xml.ts";

export const java: LanguageRules = {
  manifests: ["pom.xml", "build.gradle", "build.gradle.kts"],
  read(scope) {
    const pom = scope.text("pom.xml");
    const gradle = scope.first("build.gradle.kts", "build.gradle");
    if (pom !== undefined) return maven(scope, pom);
    return gradle === undefined ? undefined : gradleProject(scope, gradle);
  },
};

interface Project {
  scope: Scope;
  file: string;
  facts: Facts;
  /** The jar that the build leaves. */
  jar: string;
  boot: boolean;
}

function maven(scope: Scope, text: string): Facts {
  const facts = emptyFacts("java");
  facts.manager = "maven";
  const project = xmlAll(parseXml(text), "project")[0];
  const parent = parentOf(scope, project);
  facts.dependencies = xmlAll(project, "dependencies", "dependency").map((one) =>
    dependency(
      scope,
      "pom.xml",
      text,
      xmlText(one, "groupId") ?? "",
      xmlText(one, "artifactId") ?? "",
      xmlText(one, "scope") === "test",
    ),
  );
  const property = (name: string) =>
    xmlText(project, "properties", name) ?? xmlText(parent, "properties", name);
  const fill = (value: string | undefined) =>
    value?.replace(/\$\{([\w.-]+)\}/g, (_, name: string) => property(name) ?? "");
  const compiler = xmlAll(project, "build", "plugins", "plugin").find(
    (one) => xmlText(one, "artifactId") === "maven-compiler-plugin",
  );
  const keys = [
    "java.version",
    "maven.compiler.release",
    "maven.compiler.target",
    "maven.compiler.source",
    "jdk.version",
    "kotlin.compiler.jvmTarget",
  ];
  const claims: Claim[] = keys.flatMap((key) => {
    const said = fill(property(key));
    return said === undefined ? [] : [claim(scope, "pom.xml", text, said, key)];
  });
  const released = fill(
    xmlText(compiler, "configuration", "release") ?? xmlText(compiler, "configuration", "target"),
  );
  if (released !== undefined) claims.push(claim(scope, "pom.xml", text, released, "maven-compiler-plugin"));
  decide(scope, facts, claims);
  const root = scope.dir === "" || !scopeOf(scope.tree, "").has("pom.xml") ? scope : scopeOf(scope.tree, "");
  // A module is built from the root, where the wrapper is.
  const wrapper = scope.has("mvnw") || root.has("mvnw") ? "./mvnw" : "mvn";
  facts.install = [`${wrapper} -B dependency:go-offline`];
  note(facts, "build.install", facts.install[0] ?? "", { file: scope.full("pom.xml") }, "pom.xml is there");
  facts.build = [`${wrapper} -B -DskipTests package`];
  note(facts, "build.run", facts.build[0] ?? "", { file: scope.full("pom.xml") }, "Maven builds it");
  const plugins = xmlAll(project, "build", "plugins", "plugin").map(
    (one) => xmlText(one, "artifactId") ?? "",
  );
  const packaging = xmlText(project, "packaging");
  // A parent of modules is no application itself.
  if (packaging === "pom") return facts;
  const artifact = xmlText(project, "artifactId") ?? posix.basename(scope.dir);
  const version = fill(xmlText(project, "version") ?? xmlText(project, "parent", "version")) ?? "";
  const final = fill(xmlText(project, "build", "finalName"))?.replace("${project.artifactId}", artifact);
  const jar = `target/${final ?? `${artifact}-${version}`}.${packaging === "war" ? "war" : "jar"}`;
  application({ scope, file: "pom.xml", facts, jar, boot: plugins.includes("spring-boot-maven-plugin") });
  facts.dev.test = `${wrapper} test`;
  if (facts.framework === "spring-boot") facts.dev.run = `${wrapper} spring-boot:run`;
  if (facts.framework === "quarkus") facts.dev.run = `${wrapper} quarkus:dev -Dquarkus.http.host=0.0.0.0`;
  return facts;
}

function parentOf(scope: Scope, project: Element | undefined): Element | undefined {
  const path = xmlText(project, "parent", "relativePath") ?? "../pom.xml";
  if (scope.dir === "" || xmlAll(project, "parent").length === 0) return undefined;
  const file = posix.normalize(posix.join(scope.dir, path));
  return xmlAll(parseXml(scope.tree.text(file)), "project")[0];
}

function dependency(
  scope: Scope,
  file: string,
  text: string,
  group: string,
  artifact: string,
  dev: boolean,
): Dependency {
  return {
    name: `${group}:${artifact}`,
    extras: [],
    dev,
    file: scope.full(file),
    line: lineOf(text, artifact),
  };
}

function claim(scope: Scope, file: string, text: string, said: string, key: string): Claim {
  return {
    text: said
      .replace(/^1\.(?=[5-8]$)/, "")
      .replace(/^VERSION_(1_)?/, "")
      .replace("_", "."),
    file: scope.full(file),
    line: lineOf(text, key),
    says: `${key} in ${file} says ${said}`,
  };
}

function decide(scope: Scope, facts: Facts, claims: Claim[]): void {
  const files = fileClaims(scope, ".java-version").map((one) => ({
    ...one,
    text: one.text.replace(/^1\.(?=[5-8])/, ""),
  }));
  const sdkman = scope.text(".sdkmanrc");
  const sdk = /^java=(\d+)/m.exec(sdkman ?? "")?.[1];
  if (sdk !== undefined)
    files.push({
      text: sdk,
      file: scope.full(".sdkmanrc"),
      line: lineOf(sdkman, "java="),
      says: `.sdkmanrc says java ${sdk}`,
    });
  const { version, evidence } = decideVersion(scope, "java", { files, manifest: claims });
  facts.version = version;
  facts.evidence.push(evidence);
}

function gradleProject(scope: Scope, file: string): Facts {
  const facts = emptyFacts("java");
  facts.manager = "gradle";
  const text = (scope.text(file) ?? "")
    .replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, " "))
    .replace(/(^|\s)\/\/[^\n]*/g, "$1");
  const root = scopeOf(scope.tree, "");
  const catalog = scope.text("gradle/libs.versions.toml") ?? root.text("gradle/libs.versions.toml") ?? "";
  facts.dependencies = gradleDependencies(scope, file, text, catalog);
  const above = scope.dir === "" ? "" : (root.text("build.gradle.kts") ?? root.text("build.gradle") ?? "");
  const claims: Claim[] = [];
  for (const source of [text, above]) {
    for (const pattern of [
      /JavaLanguageVersion\.of\(\s*["']?(\d+)/,
      /jvmToolchain\(\s*(\d+)/,
      /(?:source|target)Compatibility\s*=?\s*(?:JavaVersion\.)?["']?(VERSION_[\d_]+|[\d.]+)/,
      /jvmTarget\s*(?:=|\.set\()\s*(?:JvmTarget\.)?["']?(?:JVM_)?([\d._]+)/,
      /options\.release(?:\.set\(|\s*=)\s*(\d+)/,
    ]) {
      const said = pattern.exec(source)?.[1];
      if (said !== undefined) claims.push(claim(scope, file, text, said, "the Java toolchain"));
    }
  }
  const property = /^(?:java\.?[vV]ersion|javaVersion|jdkVersion)\s*=\s*(\d+)/m.exec(
    scope.text("gradle.properties") ?? "",
  )?.[1];
  if (property !== undefined)
    claims.push(
      claim(scope, "gradle.properties", scope.text("gradle.properties") ?? "", property, "javaVersion"),
    );
  decide(scope, facts, claims);
  const wrapper = scope.has("gradlew") || root.has("gradlew") ? "./gradlew" : "gradle";
  const boot =
    (/org\.springframework\.boot/.test(text) &&
      !/org\.springframework\.boot["')]*\s*version\s*["'][^"']+["']\s*apply\s*false|apply false/.test(
        pluginLine(text, "org.springframework.boot"),
      )) ||
    /plugins\.spring\.?[bB]oot|springBoot\)/.test(text);
  const quarkus = /io\.quarkus/.test(text);
  const shadow = /com\.(github\.johnrengelman|gradleup)\.shadow|shadowJar|libs\.plugins\.shadow/.test(text);
  const ktor = /io\.ktor\.plugin|plugins\.ktor|io\.ktor:/.test(text);
  const task = boot
    ? "bootJar"
    : quarkus
      ? "quarkusBuild"
      : ktor
        ? "buildFatJar"
        : shadow
          ? "shadowJar"
          : /\bapplication\b/.test(text)
            ? "installDist"
            : "build -x test";
  facts.install = [`${wrapper} dependencies --no-daemon`];
  note(facts, "build.install", facts.install[0] ?? "", { file: scope.full(file) }, `${file} is there`);
  facts.build = [`${wrapper} ${task} --no-daemon`];
  note(facts, "build.run", facts.build[0] ?? "", { file: scope.full(file) }, "Gradle builds it");
  const settings = scope.text("settings.gradle.kts") ?? scope.text("settings.gradle") ?? "";
  const name =
    /archivesBaseName\s*=\s*["']([^"']+)|archiveBaseName(?:\.set\(|\s*=\s*)["']([^"']+)/
      .exec(text)
      ?.slice(1)
      .find(Boolean) ??
    /rootProject\.name\s*=\s*["']([^"']+)/.exec(settings)?.[1] ??
    (posix.basename(scope.dir) || "app");
  const version = /^\s*version\s*=?\s*["']([^"']+)["']/m.exec(text)?.[1];
  const archive = /archiveFileName(?:\.set\(|\s*=\s*)["']([^"']+)/.exec(text)?.[1];
  const suffix = ktor || shadow ? "-all" : "";
  const jar = `build/libs/${archive ?? `${name}${version === undefined ? "" : `-${version}`}${suffix}.jar`}`;
  if (!boot && !quarkus && !ktor && !shadow && task === "installDist") {
    addProcess(
      facts,
      "web",
      { run: `build/install/${name}/bin/${name}` },
      { file: scope.full(file) },
      "Gradle's application plug-in leaves this program",
    );
    finish({ scope, file, facts, jar, boot });
  } else application({ scope, file, facts, jar, boot });
  facts.dev.test = `${wrapper} test`;
  if (boot) facts.dev.run = `${wrapper} bootRun`;
  if (quarkus) facts.dev.run = `${wrapper} quarkusDev -Dquarkus.http.host=0.0.0.0`;
  return facts;
}

function pluginLine(text: string, id: string): string {
  return text.split("\n").find((line) => line.includes(id)) ?? "";
}

/** Dependencies as build scripts write them, versions of a catalogue looked up. */
function gradleDependencies(scope: Scope, file: string, text: string, catalog: string): Dependency[] {
  const found: Dependency[] = [];
  for (const [whole, configuration = "", coordinates = ""] of text.matchAll(
    /\b(implementation|api|runtimeOnly|compileOnly|developmentOnly|testImplementation|testRuntimeOnly|annotationProcessor|kapt)\s*\(?\s*(?:platform\(|enforcedPlatform\()?\s*["']([\w.-]+:[\w.-]+)/g,
  )) {
    const [group = "", artifact = ""] = coordinates.split(":");
    found.push(dependency(scope, file, text, group, artifact, /test|developmentOnly/i.test(configuration)));
    if (whole === "") break;
  }
  for (const [, configuration = "", alias = ""] of text.matchAll(
    /\b(implementation|api|runtimeOnly|testImplementation)\s*\(?\s*libs\.([\w.]+)/g,
  )) {
    const line = new RegExp(`^${alias.replaceAll(".", "[-_.]")}\\s*=\\s*(.*)$`, "m").exec(catalog)?.[1] ?? "";
    const module =
      /module\s*=\s*"([\w.-]+):([\w.-]+)"/.exec(line) ??
      /group\s*=\s*"([\w.-]+)".*name\s*=\s*"([\w.-]+)"/.exec(line) ??
      /^"([\w.-]+):([\w.-]+)/.exec(line);
    if (module?.[1] !== undefined && module[2] !== undefined)
      found.push(dependency(scope, file, text, module[1], module[2], configuration.startsWith("test")));
  }
  return found;
}

function application(project: Project): void {
  const { facts, scope, file, jar, boot } = project;
  const where = { file: scope.full(file) };
  const has = (pattern: RegExp) => facts.dependencies.some(({ name, dev }) => !dev && pattern.test(name));
  const quarkus = has(/^io\.quarkus:/);
  const starter = facts.dependencies.find(({ name }) => /^org\.springframework\.boot:/.test(name));
  const main = scope
    .sources(".java", ".kt")
    .find((path) =>
      /public static void main\(|fun main\(|@SpringBootApplication/.test(scope.text(path) ?? ""),
    );
  if (quarkus) {
    addProcess(
      facts,
      "web",
      { run: `java -jar ${jar.startsWith("target") ? "target" : "build"}/quarkus-app/quarkus-run.jar` },
      where,
      "Quarkus' build leaves this program",
    );
  } else if (boot || (starter !== undefined && main !== undefined)) {
    addProcess(facts, "web", { run: `java -jar ${jar}` }, where, "Spring Boot's build leaves this program");
  } else if (
    main !== undefined &&
    (jar.endsWith("-all.jar") ||
      has(/javalin|micronaut|helidon|vertx|sparkjava|spark-core|dropwizard|ktor|undertow|jetty/))
  ) {
    addProcess(facts, "web", { run: `java -jar ${jar}` }, where, "the build leaves this program");
  } else if (main !== undefined) {
    addProcess(facts, "worker", { run: `java -jar ${jar}` }, where, "the build leaves this program");
    facts.strength = 45;
    return;
  } else if (jar.endsWith(".war")) {
    facts.strength = 30;
    return;
  } else return;
  finish(project);
}

const frameworks: readonly (readonly [RegExp, string])[] = [
  [/^io\.quarkus:/, "quarkus"],
  [/^org\.springframework\.boot:/, "spring-boot"],
  [/^io\.micronaut/, "micronaut"],
  [/^io\.ktor:/, "ktor"],
  [/^io\.javalin:/, "javalin"],
  [/^io\.vertx:/, "vertx"],
  [/^io\.helidon/, "helidon"],
  [/^io\.dropwizard/, "dropwizard"],
  [/^com\.sparkjava:/, "spark"],
];

function finish({ scope, file, facts, boot }: Project): void {
  const where = { file: scope.full(file) };
  const found = frameworks.find(([pattern]) =>
    facts.dependencies.some(({ name, dev }) => !dev && pattern.test(name)),
  );
  const name = found?.[1] ?? (boot ? "spring-boot" : undefined);
  const from =
    found === undefined ? undefined : facts.dependencies.find(({ name: one }) => found[0].test(one));
  if (name !== undefined) setFramework(facts, name, from ?? where, `${file} names ${from?.name ?? name}`);
  facts.strength = 90;
  const configured = configuredPort(scope);
  const isWeb =
    name !== "spring-boot" ||
    facts.dependencies.some(({ name: one }) =>
      /starter-(web|webflux|data-rest|graphql|websocket|jersey|webmvc|actuator)|springdoc/.test(one),
    ) ||
    configured !== undefined;
  if (!isWeb) {
    const process = facts.processes.get("web");
    facts.processes.delete("web");
    if (process !== undefined) addProcess(facts, "worker", process, where, "it has no web starter");
    return;
  }
  const listening =
    configured ??
    (name === "spring-boot" || name === "quarkus"
      ? undefined
      : findListening(scope, scope.sources(".java", ".kt", ".conf", ".yaml", ".yml")));
  setPort(
    facts,
    "web",
    listening?.port ?? 8080,
    listening ?? where,
    listening === undefined
      ? `${name ?? "it"} listens there unless told otherwise`
      : `${listening.file} says ${listening.text}`,
  );
  const base =
    listening === undefined
      ? ""
      : (/(?:context-path|root-path)\s*[=:]\s*(\/[\w/-]+)/.exec(
          scope.text("src/main/resources/application.properties") ??
            scope.text("src/main/resources/application.yml") ??
            "",
        )?.[1] ?? "");
  if (facts.dependencies.some(({ name: one }) => one.endsWith(":spring-boot-starter-actuator")))
    setHealth(facts, "web", `${base}/actuator/health`, where, "the actuator answers there");
  else if (facts.dependencies.some(({ name: one }) => one.endsWith(":quarkus-smallrye-health")))
    setHealth(facts, "web", "/q/health/ready", where, "SmallRye Health answers there");
  else {
    const health = findHealth(scope, scope.sources(".java", ".kt"));
    if (health !== undefined) setHealth(facts, "web", health.path, health, `${health.file} answers there`);
  }
}

function configuredPort(
  scope: Scope,
): { port: number; file: string; line: number; text: string } | undefined {
  for (const path of [
    "application.properties",
    "application.yml",
    "application.yaml",
    "application.conf",
    "config/application.yml",
  ]) {
    const file = `src/main/resources/${path}`;
    const text = scope.text(file);
    if (text === undefined) continue;
    const properties =
      /^\s*(?:%prod\.)?(?:server\.port|quarkus\.http\.port|micronaut\.server\.port)\s*=\s*(?:\$\{[^:}]*:)?(\d{2,5})/m.exec(
        text,
      );
    const yaml =
      digText(scope.yaml(file), "server", "port") ??
      digText(scope.yaml(file), "quarkus", "http", "port") ??
      digText(scope.yaml(file), "micronaut", "server", "port");
    const conf = /port\s*=\s*(\d{2,5})/.exec(path.endsWith(".conf") ? text : "");
    const port = Number(properties?.[1] ?? conf?.[1] ?? /(\d{2,5})\}?$/.exec(yaml ?? "")?.[1] ?? Number.NaN);
    if (Number.isInteger(port))
      return { port, file: scope.full(file), line: lineOf(text, /port/), text: `port ${port}` };
  }
  return undefined;
}
