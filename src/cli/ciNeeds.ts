import { type CiStage, reviewedVariable } from "../engine/blueprint/index.ts";
import type { Introduction, KnownServer } from "../engine/server/index.ts";

/** Something that a workflow needs and that stands in no file. */
export interface Need {
  is: "secret" | "environment" | "variable" | "elsewhere";
  name: string;
  /** What it is, in a sentence. */
  says: string;
  /** Its lines, where this machine knows them and they are no secret. */
  value?: string[];
}

/** What GitHub has to be told for the workflow of these stages. */
export function ciNeeds(
  stages: readonly CiStage[],
  servers: readonly (KnownServer & { told: Introduction })[],
): Need[] {
  const strange = servers.filter(({ told }) => told.hosts.length === 0).map(({ name }) => name);
  const apart = servers.filter((server) => !isPlain(server));
  const all = servers.map(({ name }) => name).join(", ");
  const of = (pick: (stage: CiStage) => readonly string[]) =>
    [...new Set(stages.flatMap(pick))].sort().map((name) => ({
      name,
      on: stages.flatMap((stage) => (pick(stage).includes(name) ? [stage.name] : [])).join(", "),
    }));
  return [
    {
      is: "secret",
      name: "SISTERSHIP_SSH_KEY",
      says: `a private key without a passphrase that ${all} let in. Make one for this alone with ssh-keygen -t ed25519 -N "" -f ci, and bring it to each with ssh-copy-id -f -i ci.pub`,
    },
    {
      is: "secret",
      name: "SISTERSHIP_KNOWN_HOSTS",
      says:
        strange.length === 0
          ? "their host keys; a server that shows another one is sent nothing"
          : `their host keys. Not known here yet: ${strange.join(", ")}. Look at them with "sistership servers check", then run this again`,
      value: [...new Set(servers.flatMap(({ told }) => told.hosts))],
    },
    ...(apart.length === 0
      ? []
      : [
          {
            ...{ is: "secret" as const, name: "SISTERSHIP_SSH_CONFIG" },
            says: "how they are reached, as your own SSH configuration has it",
            value: [...new Set(apart.map(({ told }) => told.config.join("\n")))].flatMap((one) =>
              one.split("\n"),
            ),
          },
        ]),
    ...of(({ secrets }) => secrets).map(({ name, on }) => ({
      ...{ is: "secret" as const, name },
      says: `its value, taken where ${on} has none yet; of an environment, where they differ`,
    })),
    ...stages
      .filter(({ reviewed }) => reviewed)
      .map(({ name }) => ({
        ...{ is: "environment" as const, name },
        says: "with required reviewers, which GitHub has for public repositories, and for private ones on some plans",
      })),
    ...(stages.every(({ reviewed }) => !reviewed)
      ? []
      : [
          {
            ...{ is: "variable" as const, name: reviewedVariable },
            says: "yes, once the reviewers are set: until then those stages are not deployed from there",
          },
        ]),
    ...of(({ reserved }) => reserved).map(({ name, on }) => ({
      ...{ is: "elsewhere" as const, name },
      says: `GitHub keeps this name for itself: "sistership secrets set" it on ${on}`,
    })),
  ];
}

/** The team's list says all of it: another machine reaches it by that alone. */
function isPlain({ from, address, told }: KnownServer & { told: Introduction }): boolean {
  if (from !== "team") return false;
  const [, user, host, port = "22"] = /^([^@]+)@(\[[^\]]+\]|[^:]+)(?::(\d+))?$/.exec(address) ?? [];
  const [, ...settings] = told.config;
  return (
    user !== undefined &&
    settings.join() === [`  HostName ${host}`, `  Port ${port}`, `  User ${user}`].join()
  );
}
