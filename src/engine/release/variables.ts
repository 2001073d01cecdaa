import { connectionWith, developmentVariables, hasPassword } from "../blueprint/index.ts";
import type { Process, Profile, Service, Variable } from "../profile/index.ts";

/** What a program on a server is given as variables, told apart by what may be seen of it. */
export interface Variables {
  /** Seen by all who may look at Docker. */
  plain: Record<string, string>;
  /** Of text and of passwords of services, for which words stand that the entry step fills in. */
  made: Record<string, string>;
  /** Names of those that only the stage knows: asked for, kept by Swarm. */
  asked: string[];
  /** Services whose passwords `made` holds. */
  services: string[];
}

/** The word that stands for the password of a service, as templates/image/sistership-entry reads it. */
export const standIn = ({ name }: Pick<Service, "name">): string => `<sistership:${name}>`;

/** The variables of a process on a stage (`profile` as `onStage` gives it). */
export function processVariables(profile: Profile, process: Process): Variables {
  return sorted(profile, developmentVariables(profile, process, connectionWith(standIn)), {
    ...profile.env,
    ...process.env,
  });
}

/** The variables of a service beside the application: those that its image wants, and those of the profile. */
export function serviceVariables(
  profile: Profile,
  service: Service,
  wanted: Readonly<Record<string, string>>,
): Variables {
  const own = Object.entries(service.env).flatMap(([name, variable]) =>
    variable.kind === "value" ? [[name, variable.value]] : [],
  );
  return sorted(profile, { ...wanted, ...Object.fromEntries(own) }, service.env);
}

function sorted(
  profile: Profile,
  values: Readonly<Record<string, string>>,
  written: Readonly<Record<string, Variable>>,
): Variables {
  const protectedOnes = Object.values(profile.services).filter(hasPassword);
  const entries = Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1));
  const isMade = (value: string) => protectedOnes.some((service) => value.includes(standIn(service)));
  return {
    plain: Object.fromEntries(entries.filter(([, value]) => !isMade(value))),
    made: Object.fromEntries(entries.filter(([, value]) => isMade(value))),
    asked: Object.entries(written)
      .flatMap(([name, { kind }]) => (kind === "secret" || kind === "required" ? [name] : []))
      .sort(),
    services: protectedOnes
      .filter((service) => entries.some(([, value]) => value.includes(standIn(service))))
      .map(({ name }) => name)
      .sort(),
  };
}
