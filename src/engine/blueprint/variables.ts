import type { ConnectionPart, Process, Profile, Service, Variable } from "../profile/index.ts";
import { connection, usualVariable } from "./services.ts";

/** What a service says of itself. On a server its password is another than on the developer's machine. */
export type Connect = (service: Service, part: ConnectionPart) => string;

/** The variables of a process on the developer's machine. Secrets are not among them: their values come from outside. */
export function developmentVariables(
  profile: Profile,
  process: Pick<Process, "env" | "port">,
  connect: Connect = connection,
): Record<string, string> {
  const written = { ...profile.env, ...process.env };
  const named = new Set(
    Object.values(written).flatMap((variable) =>
      variable.kind === "template"
        ? variable.parts.flatMap((part) => (typeof part === "string" ? [] : [part.service]))
        : [],
    ),
  );
  const values: Record<string, string> = {};
  for (const service of Object.values(profile.services)) {
    const name = usualVariable(service);
    // a service that no variable mentions is found under the name that its libraries look for
    if (name !== undefined && !named.has(service.name) && !Object.hasOwn(written, name))
      values[name] ??= connect(service, "url");
  }
  for (const [name, variable] of Object.entries(written)) {
    const value = known(profile, variable, connect);
    if (value !== undefined) values[name] = value;
  }
  if (process.port !== undefined && !Object.hasOwn(written, "PORT")) values.PORT = String(process.port);
  return values;
}

/** The names of all variables that a process is given, whoever knows their values. */
export function variableNames(profile: Profile, process: Process): string[] {
  return [...new Set([...Object.keys(developmentVariables(profile, process)), ...askedFor(profile)])].sort();
}

/** Names whose values the profile does not hold. */
export function askedFor(profile: Profile): string[] {
  const all = [profile.env, ...Object.values(profile.processes).map(({ env }) => env)];
  const asked = all.flatMap((variables) =>
    Object.entries(variables)
      .filter(([, { kind }]) => kind === "secret" || kind === "required")
      .map(([name]) => name),
  );
  return [...new Set(asked)].sort();
}

function known(profile: Profile, variable: Variable, connect: Connect): string | undefined {
  if (variable.kind === "value") return variable.value;
  if (variable.kind !== "template") return undefined;
  return variable.parts
    .map((part) => {
      if (typeof part === "string") return part;
      const service = profile.services[part.service];
      return service === undefined ? "" : connect(service, part.part);
    })
    .join("");
}
