import { posix } from "node:path";
import type { Profile } from "../profile/index.ts";
import { compose, dockerfilePath } from "./compose.ts";
import { debugConfigurations, devcontainer } from "./devcontainer.ts";
import { dockerfile } from "./dockerfile.ts";
import { dockerignore } from "./dockerignore.ts";
import type { Lock } from "./lock.ts";
import { seal } from "./seal.ts";
import { stackOf } from "./stacks/index.ts";

export interface GeneratedFile {
  /** From the repository's root, with forward slashes. */
  path: string;
  text: string;
  /** One sentence on what it is for. */
  about: string;
  /** `always`: generated with every profile. `absent`: only where there is none. `offered`: only where it is asked for. */
  when: "always" | "absent" | "offered";
}

export interface BlueprintOptions {
  /** Digests of base images and services, from sistership.lock. */
  lock?: Lock;
}

/** The files of a profile. Pure: the same profile and lock give the same bytes everywhere. */
export function blueprint(profile: Profile, { lock = {} }: BlueprintOptions = {}): GeneratedFile[] {
  const images = Object.values(profile.images).flatMap((image) => {
    const stack = stackOf(profile, image.name);
    return stack === undefined ? [] : [{ image, stack }];
  });
  const contexts = [...new Set(images.map(({ image }) => image.context))];
  const debug = debugConfigurations(profile);
  return [
    sealed(
      ".devcontainer/devcontainer.json",
      devcontainer(profile),
      "//",
      "Opens the project inside its environment, in editors with dev containers.",
    ),
    ...images.map(({ image, stack }) =>
      sealed(
        dockerfilePath(profile, image),
        dockerfile(profile, image, stack, lock),
        "#",
        `The image of ${image.name}: from one base, what is developed in and what is released.`,
      ),
    ),
    sealed(
      ".sistership/compose.yaml",
      compose(profile, "dev", lock),
      "#",
      "The environment on this machine, for docker compose.",
    ),
    ...contexts.map(
      (context): GeneratedFile => ({
        ...sealed(
          posix.join(context, ".dockerignore"),
          dockerignore(
            images.flatMap(({ image }) =>
              image.context === context && image.runtime
                ? [image.runtime.language, ...image.tools.map(({ language }) => language)]
                : [],
            ),
          ),
          "#",
          "What stays out of every image.",
        ),
        when: "absent",
      }),
    ),
    ...(debug === undefined
      ? []
      : [
          {
            ...sealed(
              ".vscode/launch.json",
              debug,
              "//",
              "Attaches the debugger to the application in its container.",
            ),
            when: "offered",
          } satisfies GeneratedFile,
        ]),
  ];
}

function sealed(path: string, body: string, mark: "#" | "//", about: string): GeneratedFile {
  return { path, text: seal(body, mark, about), about, when: "always" };
}
