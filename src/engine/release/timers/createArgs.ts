import type Docker from "dockerode";
import { quote } from "../../server/index.ts";
import { containerOf } from "../plan.ts";

/** A job's specification as arguments of `docker`: a timer has nothing else to make it with. Secrets go by their names. */
export function createArgs(spec: Docker.ServiceSpec): string[] {
  const { Placement, Networks = [], Resources } = spec.TaskTemplate ?? {};
  const container = containerOf(spec);
  const { Env = [], Mounts = [], Secrets = [], Configs = [], Command = [], Args = [] } = container;
  const limits = Resources?.Limits;
  const each = (flag: string, values: readonly string[]) => values.flatMap((value) => [flag, value]);
  const pairs = (of: Readonly<Record<string, string>> = {}) =>
    Object.entries(of).map(([name, value]) => `${name}=${value}`);
  const file = (source: string | undefined, { Name = "" }: { Name?: string | undefined } = {}) =>
    listed([`source=${source ?? ""}`, `target=${Name}`, "uid=0", "gid=0", "mode=0444"]);
  return [
    ...["service", "create", "--detach", "--quiet", "--no-resolve-image", "--no-healthcheck", "--init"],
    ...["--name", spec.Name ?? "", "--mode", "replicated-job", "--restart-condition", "none"],
    ...["--endpoint-mode", "dnsrr"],
    ...each("--label", pairs(spec.Labels)),
    ...each("--container-label", pairs(container.Labels)),
    ...each("--env", Env),
    ...each(
      "--secret",
      Secrets.map(({ SecretName, File }) => file(SecretName, File)),
    ),
    ...each(
      "--config",
      Configs.map(({ ConfigName, File }) => file(ConfigName, File)),
    ),
    ...each("--mount", Mounts.map(mounted)),
    ...each(
      "--network",
      Networks.map(({ Target = "", Aliases = [] }) =>
        listed([`name=${Target}`, ...Aliases.map((alias) => `alias=${alias}`)]),
      ),
    ),
    ...each("--constraint", Placement?.Constraints ?? []),
    ...(limits?.MemoryBytes === undefined ? [] : ["--limit-memory", String(limits.MemoryBytes)]),
    ...(limits?.NanoCPUs === undefined ? [] : ["--limit-cpu", String(limits.NanoCPUs / 1e9)]),
    ...["--stop-grace-period", `${Math.round((container.StopGracePeriod ?? 0) / 1e9)}s`],
    ...(container.Dir === undefined ? [] : ["--workdir", container.Dir]),
    // docker reads this one as a shell would
    ...["--entrypoint", quote(Command)],
    ...[container.Image ?? "", ...Args],
  ];
}

function mounted({ Source = "", Target, VolumeOptions }: Docker.MountSettings): string {
  const labels = Object.entries(VolumeOptions?.Labels ?? {}).map((pair) => `volume-label=${pair.join("=")}`);
  return listed(["type=volume", `source=${Source}`, `target=${Target}`, ...labels]);
}

/** Parts with commas between them, which docker reads as a line of CSV. */
function listed(parts: readonly string[]): string {
  return parts.map((part) => (/[",]/.test(part) ? `"${part.replaceAll('"', '""')}"` : part)).join(",");
}
