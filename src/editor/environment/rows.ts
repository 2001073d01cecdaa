import { basename } from "node:path";
import type { EnvironmentStatus, Finding, Part, Usage } from "../../engine/environment/index.ts";
import { type Facet, icons, type Row } from "../tree/row.ts";
import type { LiveEnvironment } from "./live.ts";
import type { Place } from "./machine.ts";

export interface Checkup {
  findings: readonly Finding[];
  at: Date;
}

/** The environments of the open folders, then what the last check of this machine found. */
export function environmentRows(
  checkup: Checkup | undefined,
  environments: readonly LiveEnvironment[] = [],
): Row[] {
  return [...environments.map(environmentRow), ...(checkup ? [machineRow(checkup)] : [])];
}

function environmentRow({ live, ...place }: LiveEnvironment): Row {
  const { folder, rehearsal } = place;
  const base = { id: `environment/${folder}?`, label: basename(folder), folder };
  if (live.is === "unknown")
    return { ...base, description: "looking…", icon: icons.unknown, facets: ["environment"] };
  if (live.is === "unreachable")
    return {
      ...base,
      description: live.says,
      tooltip: live.says,
      icon: icons.unknown,
      facets: ["environment"],
      spoken: `${base.label}: unknown. ${live.says}`,
    };
  // a row of its own: the tree would keep the one without children folded
  const { status } = live;
  const { said, icon, facets } = overall(status);
  const label = rehearsal ? `${status.name} (rehearsal)` : status.name;
  const stale = status.parts.some(({ changed }) => changed !== undefined);
  return {
    ...place,
    id: rowId(place),
    label,
    expanded: true,
    description: stale ? `${said}, not as it is described now` : said,
    icon,
    facets: [rehearsal ? "rehearsal" : "environment", ...facets, ...(stale ? (["stale"] as const) : [])],
    spoken: `${label}: ${said}${stale ? ", not as it is described now" : ""}`,
    tooltip: `Compose project \`${status.project}\` in ${folder}`,
    children: [
      ...status.parts
        .filter(({ kind }) => kind !== "workspace")
        .map((part) => partRow(place, part, part.id === undefined ? undefined : live.usage?.get(part.id))),
      ...(rehearsal ? [] : status.drift.map((one) => driftRow(folder, one))),
    ],
  };
}

/** What is said of all of it together: the worst comes first. */
export function overall({ parts }: EnvironmentStatus): {
  said: string;
  icon: NonNullable<Row["icon"]>;
  facets: Facet[];
} {
  const count = (...states: Part["state"][]) => parts.filter(({ state }) => states.includes(state)).length;
  if (count("crashing", "unwell") > 0)
    return { said: `${count("crashing", "unwell")} not well`, icon: icons.bad, facets: ["running"] };
  if (count("starting") > 0) return { said: "starting", icon: icons.busy, facets: ["running"] };
  if (count("well") === 0) return { said: "not running", icon: icons.unknown, facets: ["stopped"] };
  if (count("absent", "ended", "paused") > 0)
    return { said: `${count("absent", "ended", "paused")} stopped`, icon: icons.found, facets: ["running"] };
  return { said: "running", icon: icons.good, facets: ["running"] };
}

const looks: Record<Part["state"], { said: string; icon: NonNullable<Row["icon"]> }> = {
  absent: { said: "not started", icon: icons.unknown },
  starting: { said: "starting", icon: icons.busy },
  well: { said: "running", icon: icons.good },
  unwell: { said: "running, not healthy", icon: icons.bad },
  ended: { said: "ended", icon: icons.unknown },
  crashing: { said: "crashes and is started again", icon: icons.bad },
  paused: { said: "paused", icon: icons.found },
};

function rowId({ folder, rehearsal }: Place): string {
  return `environment/${folder}${rehearsal ? "/release" : ""}`;
}

function partRow(
  place: Place,
  { name, kind, state, exitCode, address, image, changed, debugger: debuggedBy }: Part,
  usage: Usage | undefined,
): Row {
  const { said, icon } = looks[state];
  const ended = state === "ended" && exitCode !== undefined && exitCode !== 0 && exitCode < 128;
  const text = ended ? `ended with exit code ${exitCode}` : said;
  const running = state === "well" || state === "unwell" || state === "starting";
  const stale = changed && `changed since: ${changed.join(", ")}`;
  const port = running && address ? `:${address.port}` : undefined;
  const takes = running && usage ? taken(usage) : undefined;
  const tooltip = [
    address?.url,
    changed &&
      `What runs was made before **${changed.join("**, **")}** changed. *Open in Environment* makes it anew.`,
  ].filter(Boolean);
  return {
    ...place,
    id: `${rowId(place)}/${name}`,
    label: name,
    description: [text, stale, image, port, takes].filter(Boolean).join(" · "),
    icon: ended ? icons.bad : changed && state === "well" ? icons.found : icon,
    spoken: [`${name}: ${text}`, stale, running && address ? `at port ${address.port}` : undefined]
      .filter(Boolean)
      .join(", "),
    ...(tooltip.length > 0 ? { tooltip: tooltip.join("\n\n") } : {}),
    facets: [
      "part",
      running || state === "crashing" || state === "paused" ? "running" : "stopped",
      ...(running && address?.url ? (["page"] as const) : []),
      ...(running && debuggedBy ? (["debuggable"] as const) : []),
      ...(kind === "service" && address ? (["database"] as const) : []),
    ],
    subject: name,
  };
}

/** Rounded so that it changes only when it says something. */
function taken({ cpus, memoryBytes }: Usage): string {
  const memory =
    memoryBytes < 1e9 ? `${Math.round(memoryBytes / 1e6)} MB` : `${(memoryBytes / 1e9).toFixed(1)} GB`;
  return `${Math.round(cpus * 100)} % CPU, ${memory}`;
}

function driftRow(folder: string, { path, state }: EnvironmentStatus["drift"][number]): Row {
  const said = state === "outdated" ? "out of date" : "changed by hand";
  return {
    id: `environment/${folder}/drift/${path}`,
    label: path,
    description: said,
    icon: icons.found,
    spoken: `${path}: ${said}`,
    tooltip:
      "It does not follow from sistership.yaml as it is now. *Generate Files* brings it up to date, or shows the difference.",
  };
}

/** What the last check of this machine found, worst first, with its age said in the heading. */
function machineRow(checkup: Checkup): Row {
  const bad = checkup.findings.filter((finding) => !finding.well).length;
  const time = checkup.at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  return {
    id: "machine",
    label: "This machine",
    description: `${bad === 0 ? "ready" : bad === 1 ? "1 problem" : `${bad} problems`}, checked at ${time}`,
    icon: bad === 0 ? icons.good : icons.bad,
    spoken: `This machine: ${bad === 0 ? "ready" : `${bad} problems`}, checked at ${time}`,
    expanded: true,
    children: [...checkup.findings].sort((a, b) => Number(a.well) - Number(b.well)).map(row),
  };
}

function row(finding: Finding): Row {
  const { check, well, says } = finding;
  const fixable = !well && finding.fix !== undefined;
  return {
    id: `machine/${check.id}`,
    label: check.title,
    description: says,
    tooltip: [says, check.why, check.command ? `\`${check.command}\`` : undefined]
      .filter(Boolean)
      .join("\n\n"),
    icon: well ? icons.good : icons.bad,
    spoken: `${check.title}: ${well ? "ready" : "problem"}, ${says}`,
    facets: [...(fixable ? (["fixable"] as const) : []), ...(check.command ? (["command"] as const) : [])],
    ...(check.command ? { subject: check.command } : {}),
  };
}
