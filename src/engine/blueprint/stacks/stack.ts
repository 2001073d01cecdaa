import type { Image, Process } from "../../profile/index.ts";

/** What a stack knows: everything in which the Dockerfile of one language differs from that of another. */
export interface Stack {
  /** What the runtime and the release stand on. */
  base: string;
  /** What the compilers stand on, where they have an image of their own; else they are added to the base. */
  sdk?: string;
  /** Files taken from other images: into the base, or only where things are built and developed. */
  copies?: readonly { from: string; path: string; to: string; in: "base" | "tools" }[];
  /** Debian packages that the stack itself needs. */
  packages?: readonly string[];
  toolPackages?: readonly string[];
  /** Variables of every stage. */
  env?: Readonly<Record<string, string>>;
  /** Variables of the stages that build and develop. */
  toolEnv?: Readonly<Record<string, string>>;
  /** Variables of the stage that is released. */
  releaseEnv?: Readonly<Record<string, string>>;
  /** A file of the source that those commands read, found in /tmp/sistership. */
  reads?: { file: string; in: "base" | "tools" };
  /** Commands of the base, and of the stages that build and develop. */
  baseRuns?: readonly string[];
  toolRuns?: readonly string[];
  /** What only developing takes: commands, files of templates/ by where they go, variables, what its debugger may do. */
  dev?: {
    runs: readonly string[];
    files: Readonly<Record<string, string>>;
    env: Readonly<Record<string, string>>;
    capabilities?: readonly string[];
  };
  /** Names of files (as `find -name` takes them) that say which dependencies there are. */
  manifests: readonly string[];
  /** Installs the dependencies without the source. */
  install: readonly string[];
  /** Leaves only those dependencies that run in production. */
  prune?: readonly string[];
  /** After the source has come: finishes the installation, then builds. */
  build: readonly string[];
  /** Takes out of the built source what has come with the dependencies. */
  strip?: readonly string[];
  /** Installs while developing. */
  devInstall: readonly string[];
  /** Folders outside the source in which dependencies lie; kept in a volume while developing. */
  folders?: readonly string[];
  /** A folder in the source that shows that dependencies are installed. */
  installed?: string;
  /** Build arguments that name a mirror of the language's registry. */
  mirrors?: readonly string[];
  editor: EditorHints;
}

export interface EditorHints {
  extensions: readonly string[];
  settings: Readonly<Record<string, unknown>>;
}

/** What a stack is asked about: the image, and the processes that run in it. */
export interface Asked {
  image: Image;
  version: string;
  processes: readonly Process[];
  /** Every command that runs in the released image. */
  commands: readonly string[];
}

export const mentions = (commands: readonly string[], program: RegExp): boolean =>
  commands.some((command) => program.test(command));
