import type Docker from "dockerode";
import type { Profile } from "../../profile/index.ts";
import { edgeNetwork, labelsOf, nodeLabel, type Place, stackOf } from "../place.ts";
import type { Variables } from "../variables.ts";

/** An image that lies on the servers of a stage. */
export interface ReleaseImage {
  /** What the servers know it by. */
  reference: string;
  /** The digest of its configuration: what it is, wherever it lies. */
  digest: string;
  /** What it starts by itself. */
  entrypoint: readonly string[];
  command: readonly string[];
}

/** Something that Swarm keeps and gives to containers as a file. */
export interface Kept {
  id: string;
  name: string;
}

/** All that the services of a release are made from, beside the profile. */
export interface Ingredients {
  place: Place;
  /** The profile as the stage runs it. */
  profile: Profile;
  /** By the names of the profile's images. */
  images: Readonly<Record<string, ReleaseImage>>;
  /** By variable. */
  secrets: Readonly<Record<string, Kept>>;
  /** By service. */
  passwords: Readonly<Record<string, Kept>>;
  /** The step before each program. */
  entry: Kept;
  /** The node that has the volumes. */
  home: string;
  /** Whom visitors must be, where the stage asks. */
  auth?: { user: string; hash: string };
}

export const nanoseconds = (ms: number): number => ms * 1e6;

/** Swarm reads `{{` in a variable as a template of its own: here it is text. */
const literally = (text: string): string => text.replaceAll("{{", '{{"{{"}}');

export function environment({ plain, made }: Variables): string[] {
  return Object.entries({ ...plain, ...made })
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${literally(value)}`);
}

const entryPath = "/run/sistership-entry";

/** A program with the entry step before it, where it has something to do. */
export function started(
  program: readonly string[],
  variables: Variables,
  { entry, secrets, passwords }: Pick<Ingredients, "entry" | "secrets" | "passwords">,
  drain?: { seconds: number; port: number; path: string },
): Pick<Docker.ContainerSpec, "Command" | "Args" | "Secrets" | "Configs"> {
  const made = Object.keys(variables.made).flatMap((name) => ["--fill", name]);
  const held = drain === undefined ? [] : ["--drain", String(drain.seconds), String(drain.port), drain.path];
  const files = [
    ...variables.asked.map((name) => ({ file: name, kept: secrets[name] })),
    ...variables.services.map((name) => ({ file: `${name}.password`, kept: passwords[name] })),
  ];
  const [first = "", ...rest] = program;
  if (files.length + made.length + held.length === 0) return { Command: [first], Args: rest };
  return {
    Command: ["/bin/sh", entryPath],
    Args: [...made, ...held, "--", ...program],
    Secrets: files.flatMap(({ file, kept }) =>
      kept === undefined ? [] : [{ SecretID: kept.id, SecretName: kept.name, File: fileOf(file) }],
    ),
    Configs: [
      {
        ConfigID: entry.id,
        ConfigName: entry.name,
        File: fileOf(entryPath),
      },
    ],
  };
}

/** Read by the program's own user, whoever that is: the folder is in the container's memory alone. */
function fileOf(name: string) {
  return { Name: name, UID: "0", GID: "0", Mode: 0o444 };
}

export function namedVolume(place: Place, name: string, path: string): Docker.MountSettings {
  return {
    Type: "volume",
    Source: `${stackOf(place)}-${name}`,
    Target: path,
    VolumeOptions: { NoCopy: false, Labels: labelsOf(place), DriverConfig: { Name: "local", Options: {} } },
  };
}

/** The network of the place alone, where others find it by its short name; the edge's too where the edge asks it. */
export function networks(place: Place, name: string, served: boolean): Docker.NetworkAttachmentConfig[] {
  return [
    { Target: stackOf(place), Aliases: [name] },
    ...(served ? [{ Target: edgeNetwork, Aliases: [] }] : []),
  ];
}

/** On the servers of the stage; on that one of them which has the volumes, where there are any. */
export function placement(place: Place, pinned: string | undefined): Docker.Placement {
  const where = pinned === undefined ? `node.labels.${nodeLabel(place)}==1` : `node.id==${pinned}`;
  return { Constraints: [where] };
}
