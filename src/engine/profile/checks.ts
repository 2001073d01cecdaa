import { readCron } from "./cron.ts";
import { dotted } from "./explain.ts";
import { connectionParts, type Language, title } from "./kinds.ts";
import type { Path } from "./locate.ts";
import { nearest } from "./nearest.ts";
import type { Finding } from "./problem.ts";
import { compareSeries, releasesOf, seriesOf, standingOf } from "./releases.ts";
import { hasOwnImage, mainProcess, parseRuntime } from "./resolve.ts";
import type { BuildFile, ProcessFile, ProfileFile, VariableFile } from "./schema.ts";

/** What a schema cannot say: names that must exist, and things that contradict each other. */
export function check(file: ProfileFile): Finding[] {
  return [
    ...checkRuntimes(file),
    ...checkProcesses(file),
    ...checkServices(file),
    ...checkNames(file),
    ...checkStages(file),
    ...checkVariables(file),
  ];
}

function checkRuntimes(file: ProfileFile): Finding[] {
  const shared = Object.values(file.processes).some((one) => !hasOwnImage(one) && one.image === undefined);
  const findings = checkBuild(file.build, ["build"]);
  if (shared && file.runtime === undefined && file.build?.dockerfile === undefined) {
    findings.push({
      code: "missing",
      message:
        "runtime is missing: say the language and version, such as runtime: python@3.13, or build.dockerfile.",
      path: ["runtime"],
      at: "key",
    });
  }
  findings.push(...checkRelease(file.runtime, ["runtime"]));
  for (const [name, process] of Object.entries(file.processes)) {
    const at = ["processes", name];
    findings.push(...checkRelease(process.runtime, [...at, "runtime"]));
    findings.push(...checkBuild(process.build, [...at, "build"]));
    if (
      process.build !== undefined &&
      process.runtime === undefined &&
      process.build.dockerfile === undefined
    ) {
      findings.push({
        code: "missing",
        message: `${dotted(at)} has a build of its own and needs a runtime of its own too, or build.dockerfile.`,
        path: [...at, "build"],
        at: "key",
      });
    }
  }
  return findings;
}

function checkBuild(build: BuildFile | undefined, at: Path): Finding[] {
  if (build === undefined) return [];
  const findings: Finding[] = (build.tools ?? []).flatMap((tool, index) =>
    checkRelease(tool, [...at, "tools", index]),
  );
  if (build.dockerfile === undefined) {
    if (build.target !== undefined) {
      findings.push({
        code: "no-effect",
        message: `${dotted([...at, "target"])} names a stage of an own Dockerfile, but there is no dockerfile beside it.`,
        path: [...at, "target"],
        at: "key",
      });
    }
    return findings;
  }
  for (const key of ["install", "run", "packages", "buildPackages", "tools"] as const) {
    if (build[key] === undefined) continue;
    findings.push({
      severity: "warning",
      code: "no-effect",
      message: `${dotted([...at, key])} has no effect: ${build.dockerfile} says how the image is built.`,
      path: [...at, key],
      at: "key",
    });
  }
  return findings;
}

function checkRelease(text: string | undefined, path: Path): Finding[] {
  if (text === undefined) return [];
  const { language, version } = parseRuntime(text);
  if (version === undefined) return [];
  const { supported, usual } = releasesOf(language);
  const known = `${title(language)} has ${supported.join(", ")}`;
  switch (standingOf(language, version)) {
    case "supported":
      return [];
    case "ended":
      return [
        {
          severity: "warning",
          code: "ended-release",
          message: `${title(language)} ${version} gets no more security fixes; ${known}.`,
          path,
          at: "value",
        },
      ];
    case "newer":
      return [
        {
          severity: "warning",
          code: "no-such-release",
          message: `${title(language)} ${version} is newer than the releases known here (${supported.join(", ")}).`,
          path,
          at: "value",
        },
      ];
    case "unknown": {
      const best = closest(language, version) ?? usual;
      return [
        {
          code: "no-such-release",
          message: `${title(language)} ${version} does not exist; ${known}; did you mean ${best}?`,
          path,
          at: "value",
          fix: { label: `Change to ${language}@${best}`, text: `${language}@${best}` },
        },
      ];
    }
  }
}

function closest(language: Language, version: string): string | undefined {
  const { supported } = releasesOf(language);
  const series = seriesOf(language, version);
  const typo = nearest(series, supported);
  if (typo !== undefined) return typo;
  return compareSeries(series, supported[0] ?? "0") < 0 ? supported[0] : supported.at(-1);
}

function checkProcesses(file: ProfileFile): Finding[] {
  const names = Object.keys(file.processes);
  return Object.entries(file.processes).flatMap(([name, process]) => {
    const at = ["processes", name];
    const findings: Finding[] = [];
    const say = (code: Finding["code"], key: string, message: string) =>
      findings.push({ code, message: `${dotted(at)} ${message}`, path: [...at, key], at: "key" });
    if (process.run === undefined && process.serve === undefined && !hasDockerfile(file, process)) {
      findings.push({
        code: "missing",
        message: `${dotted(at)} needs run: the command that starts it, or serve: a folder of files.`,
        path: at,
        at: "key",
      });
    }
    if (process.fallback !== undefined && process.serve === undefined) {
      say(
        "contradiction",
        "fallback",
        "has fallback without serve: it is a file of the folder that is served.",
      );
    }
    const times = process.schedule === undefined ? undefined : readCron(process.schedule);
    if (times?.ok === false)
      findings.push({
        code: "wrong-value",
        message: `${dotted([...at, "schedule"])} ${times.reason}.`,
        path: [...at, "schedule"],
        at: "value",
      });
    if (process.schedule !== undefined && process.port !== undefined) {
      say(
        "contradiction",
        "schedule",
        "has a schedule and a port: what runs by the clock cannot also serve requests.",
      );
    }
    if (process.schedule !== undefined && process.replicas !== undefined) {
      say(
        "contradiction",
        "replicas",
        "has a schedule and replicas: a scheduled process runs once at a time.",
      );
    }
    if (process.health !== undefined && process.port === undefined && !runsCheck(process)) {
      say(
        "contradiction",
        "health",
        "has a health path without a port: say the port, or health: { run: … }.",
      );
    }
    if (process.image !== undefined) {
      if (hasOwnImage(process)) {
        say(
          "contradiction",
          "image",
          "has image and a runtime or build of its own: only one of them can say what it runs in.",
        );
      } else if (!names.includes(process.image)) {
        findings.push(unknownName([...at, "image"], process.image, names, "process"));
      } else if (process.image === name || file.processes[process.image]?.image !== undefined) {
        say("contradiction", "image", `takes the image of ${process.image}, which has none of its own.`);
      }
    }
    return [...findings, ...checkListening(process, at)];
  });
}

function hasDockerfile(file: ProfileFile, process: ProcessFile): boolean {
  const owner = process.image === undefined ? process : file.processes[process.image];
  if (owner === undefined) return true;
  return (hasOwnImage(owner) ? owner.build : file.build)?.dockerfile !== undefined;
}

function runsCheck({ health }: ProcessFile): boolean {
  return typeof health === "object" && health.run !== undefined;
}

const loopback =
  /(?:--?(?:host|bind|b|H|S|address|ip|hostname|server\.address|http|addr)[= ]|\s-b\s?|:\/\/)(127\.0\.0\.1|localhost)\b/;
const portFlag = /(?:--port[= ]|\s-p[= ]|0\.0\.0\.0:|\[::\]:|--server\.port[= ])(\d{2,5})\b/;

/** A server that listens on the loopback address, or on another port, is what most unreachable containers come down to. */
function checkListening({ run, port }: ProcessFile, at: Path): Finding[] {
  if (run === undefined || port === undefined) return [];
  const findings: Finding[] = [];
  const address = loopback.exec(run)?.[1];
  if (address !== undefined) {
    findings.push({
      severity: "warning",
      code: "loopback",
      message: `${dotted([...at, "run"])} listens on ${address}, where nothing outside its container reaches it; use 0.0.0.0.`,
      path: [...at, "run"],
      at: "value",
      fix: { label: "Listen on 0.0.0.0", text: "0.0.0.0", instead: address },
    });
  }
  const flag = portFlag.exec(run)?.[1];
  if (flag !== undefined && Number(flag) !== port) {
    findings.push({
      severity: "warning",
      code: "port-mismatch",
      message: `${dotted([...at, "run"])} says port ${flag}, but port says ${port}.`,
      path: [...at, "port"],
      at: "value",
      fix: { label: `Change port to ${flag}`, text: flag },
    });
  }
  return findings;
}

function checkServices(file: ProfileFile): Finding[] {
  return Object.entries(file.services ?? {}).flatMap(([name, service]): Finding[] => {
    const at = ["services", name];
    if (Object.hasOwn(file.processes, name)) {
      return [
        {
          code: "contradiction",
          message: `${dotted(at)} has the name of a process; both are reached by name, so one must be renamed.`,
          path: at,
          at: "key",
        },
      ];
    }
    if (typeof service === "string" || service.kind !== undefined) return [];
    const lacks =
      service.image === undefined ? "a kind or an image" : service.port === undefined ? "a port" : "";
    if (lacks === "") return [];
    return [{ code: "missing", message: `${dotted(at)} needs ${lacks}.`, path: at, at: "key" }];
  });
}

/** Where a process is named, it must exist. */
function checkNames(file: ProfileFile): Finding[] {
  const names = Object.keys(file.processes);
  const named: { path: Path; name: string; at: "key" | "value" }[] = [];
  if (typeof file.release === "object" && file.release.process !== undefined) {
    named.push({ path: ["release", "process"], name: file.release.process, at: "value" });
  }
  const keys = (record: unknown, path: Path) => {
    if (typeof record !== "object" || record === null || Array.isArray(record)) return;
    for (const name of Object.keys(record)) named.push({ path: [...path, name], name, at: "key" });
  };
  for (const key of ["run", "seed", "test"] as const) keys(file.dev?.[key], ["dev", key]);
  for (const [stage, said] of Object.entries(file.stages ?? {})) {
    keys(said.domain, ["stages", stage, "domain"]);
    keys(said.replicas, ["stages", stage, "replicas"]);
  }
  return named
    .filter(({ name }) => !names.includes(name))
    .map(({ path, name, at }) => ({ ...unknownName(path, name, names, "process"), at }));
}

function unknownName(path: Path, name: string, known: readonly string[], what: string): Finding {
  const meant = nearest(name, known);
  const all =
    known.length === 0 ? "there is none" : `there ${known.length === 1 ? "is" : "are"} ${known.join(", ")}`;
  return {
    code: "unknown-name",
    message: `${dotted(path)} names the ${what} "${name}", which does not exist; ${meant === undefined ? `${all}.` : `did you mean ${meant}?`}`,
    path,
    at: "value",
    ...(meant === undefined ? {} : { fix: { label: `Change to ${meant}`, text: meant, instead: name } }),
  };
}

function checkStages(file: ProfileFile): Finding[] {
  const findings: Finding[] = [];
  const main = mainProcess(file);
  const seen = new Map<string, string>();
  for (const [name, stage] of Object.entries(file.stages ?? {})) {
    const at = ["stages", name];
    const single = typeof stage.domain === "string" || Array.isArray(stage.domain);
    const byProcess = Object.entries(single ? { [main]: stage.domain } : (stage.domain ?? {}));
    for (const [process, domains] of byProcess) {
      const path = single ? [...at, "domain"] : [...at, "domain", process];
      if (Object.hasOwn(file.processes, process) && file.processes[process]?.port === undefined) {
        findings.push({
          code: "contradiction",
          message: `${dotted(path)} leads to the process ${process}, which has no port; add port: to processes.${process}.`,
          path,
          at: "value",
        });
      }
      for (const domain of [domains].flat()) {
        if (typeof domain !== "string") continue;
        const taken = seen.get(domain);
        if (taken !== undefined) {
          findings.push({
            code: "contradiction",
            message: `${dotted(path)} is ${domain}, which ${taken} already has; a domain leads to one place.`,
            path,
            at: "value",
          });
        }
        seen.set(domain, dotted(path));
      }
    }
    if (new Set(stage.servers).size !== stage.servers.length) {
      findings.push({
        code: "contradiction",
        message: `${dotted([...at, "servers"])} names a server twice.`,
        path: [...at, "servers"],
        at: "value",
      });
    }
    const secret = stage.auth?.password;
    if (secret !== undefined && !isSecret(stage.env?.[secret] ?? file.env?.[secret])) {
      findings.push({
        code: "unknown-name",
        message: `${dotted([...at, "auth", "password"])} takes the name of a secret; add ${secret}: { secret: true } to env.`,
        path: [...at, "auth", "password"],
        at: "value",
      });
    }
  }
  return findings;
}

function isSecret(variable: VariableFile | undefined): boolean {
  return typeof variable === "object" && "secret" in variable;
}

const secretName =
  /(SECRET|PASSWORD|PASSWD|PASSPHRASE|TOKEN|CREDENTIALS|SALT|(API|APP|PRIVATE|ACCESS|ENCRYPTION|SIGNING|MASTER|AUTH|LOGGED_IN|NONCE|COOKIE)_?KEY)(_|$)/i;
/** Also used where variables are detected. */
export function looksSecret(name: string): boolean {
  return secretName.test(name) && !/(EXPIR|TTL|LIFETIME|LENGTH|URL$|_ID$|ALGORITHM|PUBLIC)/i.test(name);
}

function checkVariables(file: ProfileFile): Finding[] {
  const places: [Path, Record<string, VariableFile> | undefined][] = [
    [["env"], file.env],
    ...Object.entries(file.processes).map(([name, one]): [Path, Record<string, VariableFile> | undefined] => [
      ["processes", name, "env"],
      one.env,
    ]),
    ...Object.entries(file.stages ?? {}).map(
      ([name, one]): [Path, Record<string, VariableFile> | undefined] => [["stages", name, "env"], one.env],
    ),
  ];
  const services = Object.keys(file.services ?? {});
  return places.flatMap(([at, variables]) =>
    Object.entries(variables ?? {}).flatMap(([name, said]) =>
      checkVariable([...at, name], name, said, services),
    ),
  );
}

function checkVariable(path: Path, name: string, said: VariableFile, services: string[]): Finding[] {
  const value =
    typeof said !== "object" ? String(said) : "default" in said ? String(said.default) : undefined;
  if (value === undefined) return [];
  const findings: Finding[] = [];
  let refers = false;
  for (const [whole, service = "", part = ""] of value.matchAll(/\$\{([a-z][a-z0-9-]*)\.([A-Za-z]+)\}/g)) {
    refers = true;
    const parts: readonly string[] = connectionParts;
    if (!services.includes(service)) {
      findings.push(unknownName(path, service, services, "service"));
    } else if (!parts.includes(part)) {
      const meant = nearest(part, parts);
      findings.push({
        code: "unknown-name",
        message: `${dotted(path)} asks for ${whole}; a service has ${parts.join(", ")}${meant === undefined ? "." : `; did you mean ${meant}?`}`,
        path,
        at: "value",
        ...(meant === undefined ? {} : { fix: { label: `Change to ${meant}`, text: meant, instead: part } }),
      });
    }
  }
  if (!refers && looksSecret(name) && value.length >= 8 && !/\s/.test(value)) {
    findings.push({
      severity: "warning",
      code: "secret-in-clear",
      message: `${dotted(path)} looks like a secret and stands here for all to read; { secret: true } keeps its value out of the repository.`,
      path,
      at: "value",
      fix: { label: "Make it a secret", text: "{ secret: true }" },
    });
  }
  return findings;
}
