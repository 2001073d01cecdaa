import { copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isCancelled, run } from "../../../src/engine/process/index.ts";
import { cacheDir, once } from "../cache.ts";
import type { Engine } from "../docker/engine.ts";
import { makeBase } from "./base.ts";
import type { Definition } from "./definition.ts";

interface Target {
  key: string;
  keyLabel: string;
  tags: readonly string[];
  /** Images of the rig that lose their names by this build. */
  outdated: readonly string[];
}

/** Builds an image and gives it its names. */
export async function build(
  definition: Definition,
  target: Target,
  docker: Engine,
  signal: AbortSignal | undefined,
): Promise<void> {
  const folder = emptyFolder(definition.name);
  const options = signal ? { signal } : {};
  const label = `${target.keyLabel}=${target.key}`;
  const printed: string[] = [];
  try {
    if (definition.is === "base") {
      await makeBase(definition.suite, { tags: target.tags, label, folder }, docker, signal);
    } else {
      await fillContext(definition, folder, signal);
      await run(
        {
          program: "docker",
          args: [
            ...[
              "buildx",
              "build",
              "--builder",
              "default",
              "--load",
              "--provenance=false",
              "--progress=plain",
            ],
            ...["--label", label],
            ...target.tags.flatMap((tag) => ["--tag", tag]),
            folder,
          ],
          env: docker.env,
        },
        { ...options, onLine: ({ text }) => keep(text, printed) },
      );
    }
  } catch (cause) {
    throw failed(definition.name, cause, printed);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  for (const id of target.outdated) {
    // Refused while a container or another image stands on it: then it is not outdated yet.
    await run(
      { program: "docker", args: ["image", "rm", id], env: docker.env },
      { ...options, accept: [0, 1] },
    );
  }
}

/** Of an image's own, which is built by one process at a time: what a killed build left goes before the next. */
function emptyFolder(name: string): string {
  const folder = join(cacheDir("image-builds"), name.replaceAll(/[^\w.-]/g, "_"));
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  return folder;
}

async function fillContext(
  { dockerfile, scripts = [], npm = [] }: Extract<Definition, { is: "built" }>,
  folder: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  writeFileSync(join(folder, "Dockerfile"), dockerfile);
  for (const script of scripts) {
    copyFileSync(join(import.meta.dirname, "scripts", script), join(folder, script));
  }
  for (const spec of npm) {
    const name = spec.slice(0, spec.lastIndexOf("@"));
    // `node` is what the Dockerfile calls it, whatever the processor.
    copyFileSync(await packed(spec, signal), join(folder, `${name.replace(/^node-linux-.*/, "node")}.tgz`));
  }
}

/** An npm package as its tarball, from the registry that this machine's npm is set to. */
async function packed(spec: string, signal: AbortSignal | undefined): Promise<string> {
  const folder = cacheDir("npm-packages");
  const file = join(folder, `${spec.replace(/@(?=[^@]*$)/, "-")}.tgz`);
  if (existsSync(file)) return file;
  await once(`npm-${spec}`, spec, async () => {
    const into = join(folder, `${spec}.part`);
    mkdirSync(into, { recursive: true });
    const args = ["pack", spec, "--silent", "--pack-destination", into];
    await run({ program: "npm", args, cwd: into }, signal ? { signal } : {});
    copyFileSync(join(into, `${spec.replace(/@(?=[^@]*$)/, "-")}.tgz`), file);
    rmSync(into, { recursive: true });
  });
  return file;
}

/** Of what BuildKit tells, the last lines that the commands of the Dockerfile printed themselves. */
function keep(line: string, printed: string[]): void {
  const [, text] = /^#\d+ \d+\.\d+ (.*)/.exec(line) ?? [];
  if (text !== undefined) printed.push(text);
  if (printed.length > 8) printed.shift();
}

function failed(name: string, cause: unknown, printed: readonly string[]): unknown {
  if (isCancelled(cause)) return cause;
  const why =
    printed.length > 0 ? printed.join("\n  ") : cause instanceof Error ? cause.message : String(cause);
  return new Error(`The image ${name} could not be built:\n  ${why}`, { cause });
}
