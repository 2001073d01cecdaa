import type { Language, Profile } from "../../profile/index.ts";
import { dotnet, go, java, rust } from "./compiled.ts";
import { node } from "./node.ts";
import { php } from "./php.ts";
import { python } from "./python.ts";
import { deno, elixir, files, ruby } from "./scripted.ts";
import type { Asked, Stack } from "./stack.ts";

export type { EditorHints, Stack } from "./stack.ts";

const stacks = {
  node,
  deno,
  python,
  php,
  go,
  ruby,
  java,
  rust,
  dotnet,
  elixir,
  static: files,
} satisfies Record<Language, (asked: Asked) => Stack>;

/** What is taken where the profile names a language without its version. */
const usual: Record<Language, string> = {
  node: "24",
  deno: "2",
  python: "3.13",
  php: "8.4",
  go: "1.27",
  ruby: "3.4",
  java: "21",
  rust: "1.99",
  dotnet: "10.0",
  elixir: "1.18",
  static: "",
};

/** The stack of one of the profile's images; undefined where the repository brings its own Dockerfile. */
export function stackOf(profile: Profile, name: string): Stack | undefined {
  const image = profile.images[name];
  if (image?.runtime === undefined || image.dockerfile !== undefined) return undefined;
  const { language, version = usual[language] } = image.runtime;
  const processes = Object.values(profile.processes).filter((process) => process.image === name);
  const commands = processes.flatMap(({ run }) => (run === undefined ? [] : [run]));
  if (profile.release && processes.some((process) => process.name === profile.release?.process))
    commands.push(profile.release.run);
  return stacks[language]({ image, version, processes, commands });
}

/** The image that another runtime (of `build.tools`) is taken from, and the path of it. */
export function toolOf(
  language: Language,
  version = usual[language],
): { from: string; paths: string[] } | undefined {
  if (language === "node")
    return {
      from: `node:${version}-bookworm-slim`,
      paths: ["/usr/local/bin/node", "/usr/local/lib/node_modules"],
    };
  if (language === "go") return { from: `golang:${version}`, paths: ["/usr/local/go"] };
  if (language === "deno") return { from: `denoland/deno:bin-${version}`, paths: ["/deno"] };
  return undefined;
}

/** Whether an image is compiled in another than it is released in: then the two have no base in common. */
export function isCompiledApart(profile: Profile, imageName: string): boolean {
  return stackOf(profile, imageName)?.sdk !== undefined;
}
