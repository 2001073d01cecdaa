import { posix } from "node:path";
import { type Dependency, emptyFacts, type Facts } from "../facts.ts";
import { findHealth, findListening } from "../listen.ts";
import { addProcess, note, setFramework, setHealth, setPort } from "../note.ts";
import { digText, lineOf, type Scope, scopeOf } from "../scope.ts";
import { type Claim, decideVersion } from "../versions.ts";
import type { LanguageRules } from "./rules.ts";
import { parseXml, xmlAll, xmlText } from "./xml.ts";

export const dotnet: LanguageRules = {
  manifests: [],
  endings: [".csproj", ".fsproj"],
  read(scope) {
    const file = scope.tree.in(scope.dir).find((name) => /\.(cs|fs)proj$/.test(name));
    const text = file === undefined ? undefined : scope.text(file);
    if (file === undefined || text === undefined) return undefined;
    const project = xmlAll(parseXml(text), "Project")[0];
    const sdk = project?.attributes.Sdk ?? "";
    const facts = emptyFacts("dotnet");
    facts.manager = "nuget";
    facts.dependencies = references(scope, file, text);
    decide(scope, facts, file, text);
    const isTest = facts.dependencies.some(({ name }) =>
      /^(microsoft\.net\.test\.sdk|xunit|nunit|mstest)/.test(name),
    );
    const web = /Sdk\.Web$/i.test(sdk);
    const worker = /Sdk\.Worker$/i.test(sdk);
    const program = xmlText(project, "PropertyGroup", "OutputType")?.toLowerCase() === "exe";
    const where = { file: scope.full(file) };
    const reaches = scope.dir !== "" && xmlAll(project, "ItemGroup", "ProjectReference").length > 0;
    const path = reaches ? scope.full(file) : file;
    if (reaches) facts.fromRoot = true;
    const publish = `dotnet publish ${path} -c Release -o out /p:UseAppHost=false`;
    facts.install = [`dotnet restore ${path}`];
    // What runs on phones and desks, and what starts the others while developing, is put on no server.
    const elsewhere =
      /Aspire\.AppHost/i.test(text) || xmlText(project, "PropertyGroup", "UseMaui")?.toLowerCase() === "true";
    if (isTest || elsewhere || (!web && !worker && !program)) return facts;
    note(facts, "build.install", facts.install[0] ?? "", where, `${file} is there`);
    facts.build = [publish];
    note(facts, "build.run", publish, where, ".NET publishes it");
    const assembly =
      xmlText(project, "PropertyGroup", "AssemblyName") ?? posix.basename(file).replace(/\.\w+$/, "");
    addProcess(
      facts,
      web ? "web" : "worker",
      { run: `dotnet out/${assembly}.dll`, ...(reaches ? { dir: "" } : {}) },
      where,
      `${file} makes this program`,
    );
    facts.strength = web ? 90 : worker ? 80 : 45;
    facts.dev.run = `dotnet watch run --project ${path} --urls http://0.0.0.0:8080`;
    if (web) finishWeb(scope, facts, where);
    else delete facts.dev.run;
    return facts;
  },
};

function references(scope: Scope, file: string, text: string): Dependency[] {
  const project = xmlAll(parseXml(text), "Project")[0];
  return xmlAll(project, "ItemGroup", "PackageReference").map(({ attributes }) => {
    const name = attributes.Include ?? attributes.Update ?? "";
    return {
      name: name.toLowerCase(),
      extras: [],
      dev: false,
      file: scope.full(file),
      line: lineOf(text, name),
    };
  });
}

function decide(scope: Scope, facts: Facts, file: string, text: string): void {
  const root = scopeOf(scope.tree, "");
  const project = xmlAll(parseXml(text), "Project")[0];
  const props = xmlAll(parseXml(root.text("Directory.Build.props")), "Project")[0];
  const target =
    xmlText(project, "PropertyGroup", "TargetFramework") ??
    xmlText(project, "PropertyGroup", "TargetFrameworks") ??
    xmlText(props, "PropertyGroup", "TargetFramework");
  const claims: Claim[] = [];
  const said = /net(?:coreapp)?(\d+\.\d+)/.exec(target ?? "")?.[1];
  if (said !== undefined)
    claims.push({
      text: said,
      file: scope.full(file),
      line: lineOf(text, "TargetFramework"),
      says: `${file} targets ${target}`,
    });
  for (const at of [scope, root]) {
    const version = digText(at.json("global.json"), "sdk", "version");
    if (version !== undefined)
      claims.push({
        text: version,
        file: at.full("global.json"),
        line: lineOf(at.text("global.json"), "version"),
        says: `global.json says ${version}`,
      });
  }
  const { version, evidence } = decideVersion(scope, "dotnet", { files: claims });
  facts.version = version;
  facts.evidence.push(evidence);
}

function finishWeb(scope: Scope, facts: Facts, where: { file: string }): void {
  setFramework(facts, "aspnet", where, "its SDK is Microsoft.NET.Sdk.Web");
  const files = scope.sources(
    "Program.cs",
    "Startup.cs",
    "Program.fs",
    "appsettings.json",
    "appsettings.Production.json",
  );
  const settings = ["appsettings.Production.json", "appsettings.json"]
    .map((path) => ({
      path,
      url:
        digText(scope.json(path), "Kestrel", "Endpoints", "Http", "Url") ?? digText(scope.json(path), "Urls"),
    }))
    .find(({ url }) => url !== undefined);
  const configured = Number(/:(\d{2,5})/.exec(settings?.url ?? "")?.[1] ?? Number.NaN);
  const listening = findListening(
    scope,
    files.filter((path) => /\.(cs|fs)$/.test(path)),
  );
  const port = Number.isInteger(configured) ? configured : (listening?.port ?? 8080);
  setPort(
    facts,
    "web",
    port,
    settings === undefined ? (listening ?? where) : { file: scope.full(settings.path) },
    Number.isInteger(configured)
      ? `${settings?.path} says so`
      : listening === undefined
        ? "ASP.NET Core listens there in a container"
        : `the code says ${listening.text}`,
  );
  if (port !== 8080 && !Number.isInteger(configured) && listening === undefined)
    facts.env.ASPNETCORE_HTTP_PORTS = String(port);
  const health = findHealth(scope, [...files, ...scope.sources(".cs", ".fs")]);
  if (health !== undefined) setHealth(facts, "web", health.path, health, `${health.file} answers there`);
}
