import { createHash } from "node:crypto";
import { PassThrough } from "node:stream";
import type Docker from "dockerode";
import { z } from "zod";
import type { Language } from "../../profile/index.ts";

/** What can be said of a container from inside and from its image, whatever engine it runs on. */
export interface Inside {
  /** It is compiled, in an image that has what compiling takes. */
  compiled: boolean;
  /** Of its image. */
  layers: string[];
  system: string;
  runtime: string;
  /** Packages of the system, and libraries of the language: name → version. */
  packages: Record<string, string>;
  libraries: Record<string, string>;
  /** Names of the variables that it is given, beyond those of its image. */
  variables: string[];
}

const inspectedImage = z.object({
  Config: z.object({ Env: z.array(z.string()).nullish() }).nullish(),
  RootFS: z.object({ Layers: z.array(z.string()).default([]) }),
});

/** What is known of it before anybody looks. */
export interface Known {
  language: Language | undefined;
  compiled: boolean;
}

/** Looks into a running container. Nothing is changed in it, and no value of a variable is read. */
export async function lookInside(
  docker: Docker,
  id: string,
  known: Known,
  signal: AbortSignal,
): Promise<Inside> {
  const { Image: image, Config } = await docker.getContainer(id).inspect();
  const { RootFS, Config: own } = inspectedImage.parse(await docker.getImage(image).inspect());
  const said = await ask(docker, id, questions(known), signal);
  const ofImage = new Set(namesOf(own?.Env ?? []));
  const variables = namesOf(Config.Env ?? []).filter((name) => !ofImage.has(name));
  return read(known, RootFS.Layers, said, variables);
}

/** Looks into an image that nothing runs from yet, by a container that is only asked and reaches nobody. */
export async function lookIntoImage(
  docker: Docker,
  image: string,
  known: Known & { variables: readonly string[] },
  signal: AbortSignal,
): Promise<Inside> {
  const { RootFS } = inspectedImage.parse(await docker.getImage(image).inspect());
  return read(known, RootFS.Layers, await askImage(docker, image, questions(known), signal), known.variables);
}

/** What an image is, whatever engine and store it lies in: its id differs between them, its layers do not. */
export async function identityOf(docker: Docker, image: string): Promise<string> {
  const { RootFS } = inspectedImage.parse(await docker.getImage(image).inspect());
  return createHash("sha256").update(RootFS.Layers.join("\n")).digest("hex");
}

function questions({ language }: Known): string {
  return `${system}${(language && languages[language]) ?? ""}`;
}

function read({ compiled }: Known, layers: string[], text: string, variables: readonly string[]): Inside {
  const said = sections(text);
  return {
    compiled,
    layers,
    system: said.system?.[0] ?? "",
    runtime: said.runtime?.[0] ?? "",
    packages: versions(said.packages ?? []),
    libraries: versions(said.libraries ?? []),
    variables: [...variables].sort(),
  };
}

const namesOf = (variables: readonly string[]) => variables.map((one) => one.slice(0, one.indexOf("=")));

/** Asked of every distribution. */
const system = `
echo '== system'; (. /etc/os-release; echo "$PRETTY_NAME")
echo '== packages'
if command -v dpkg-query >/dev/null; then dpkg-query -W -f='\${Package} \${Version}\\n'
elif command -v apk >/dev/null; then apk list --installed 2>/dev/null | sed -E 's/^(.+)-([0-9][^ ]*-r[0-9]+) .*/\\1 \\2/'; fi
`;

/** Asked of the language that the profile names: development has others too, as tools. Compiled languages hold theirs within the program. */
const languages: Partial<Record<Language, string>> = {
  php: `
echo '== runtime'; php -r 'echo "PHP ", PHP_VERSION, "\\n";'
echo '== libraries'; php -r '
  foreach (get_loaded_extensions() as $name) echo "ext-", strtolower($name), " ", phpversion($name), "\\n";
  $known = "vendor/composer/installed.php";
  if (is_file($known)) foreach ((require $known)["versions"] as $name => $it) if (isset($it["pretty_version"])) echo $name, " ", $it["pretty_version"], "\\n";'`,
  python: `
echo '== runtime'; python --version
echo '== libraries'; python -c '
from importlib.metadata import distributions
for one in distributions(): print(one.metadata["Name"].lower().replace("_", "-"), one.version)'`,
  ruby: `
echo '== runtime'; ruby --version
echo '== libraries'; bundle list 2>/dev/null | sed -nE 's/^  \\* ([^ ]+) \\(([^ )]+).*/\\1 \\2/p'`,
  java: "echo '== runtime'; java -version 2>&1 | head -n 1",
  dotnet: "echo '== runtime'; dotnet --list-runtimes | tail -n 1",
  node: `
echo '== runtime'; echo "Node $(node --version)"
echo '== libraries'; node -e '
  const { readdirSync, readFileSync } = require("fs");
  const list = (at) => { try { return readdirSync(at); } catch { return []; } };
  const names = list("node_modules").flatMap((one) => one[0] === "@" ? list("node_modules/" + one).map((two) => one + "/" + two) : [one]);
  for (const name of names) try { console.log(name, JSON.parse(readFileSync("node_modules/" + name + "/package.json")).version); } catch {}'`,
};

async function ask(docker: Docker, id: string, script: string, signal: AbortSignal): Promise<string> {
  const exec = await docker.getContainer(id).exec({
    Cmd: ["sh", "-c", script],
    AttachStdout: true,
    AttachStderr: true,
    abortSignal: signal,
  });
  return printed(docker, await exec.start({ abortSignal: signal }));
}

async function askImage(docker: Docker, image: string, script: string, signal: AbortSignal): Promise<string> {
  const container = await docker.createContainer({
    Image: image,
    Entrypoint: ["sh", "-c", script],
    Cmd: [],
    Healthcheck: { Test: ["NONE"] },
    HostConfig: { NetworkMode: "none" },
    abortSignal: signal,
  });
  try {
    const stream = await container.attach({ stream: true, stdout: true, stderr: true, abortSignal: signal });
    await container.start({ abortSignal: signal });
    return await printed(docker, stream);
  } finally {
    await container.remove({ force: true, v: true });
  }
}

/** What a program in a container prints for whoever asked, without what it says beside that. */
async function printed(docker: Docker, stream: NodeJS.ReadableStream): Promise<string> {
  const out = new PassThrough();
  docker.modem.demuxStream(stream, out, new PassThrough().resume());
  stream.once("end", () => out.end()).once("error", (error) => out.destroy(error));
  const chunks: Buffer[] = [];
  for await (const chunk of out) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString("utf8");
}

function sections(text: string): Partial<Record<string, string[]>> {
  const found: Partial<Record<string, string[]>> = {};
  let lines: string[] = [];
  for (const line of text.split("\n")) {
    const name = /^== (\w+)$/.exec(line)?.[1];
    if (name !== undefined) {
      lines = [];
      found[name] = lines;
    } else if (line.trim() !== "") lines.push(line.trim());
  }
  return found;
}

function versions(lines: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    lines.flatMap((line) => {
      const [name, version] = line.split(" ");
      return name && version ? [[name, version]] : [];
    }),
  );
}
