import { basename } from "node:path";
import type { EnvironmentStatus, Finding, Part } from "../../engine/environment/index.ts";
import { type Facet, icons, type Row } from "../tree/row.ts";
import type { Live } from "./live.ts";

export interface Checkup {
  findings: readonly Finding[];
  at: Date;
}

/** The environments of the open folders, then what the last check of this machine found. */
export function environmentRows(
  checkup: Checkup | undefined,
  environments: ReadonlyMap<string, Live> = new Map(),
): Row[] {
  return [
    ...[...environments].map(([folder, live]) => environmentRow(folder, live)),
    ...(checkup ? [machineRow(checkup)] : []),
  ];
}

function environmentRow(folder: string, live: Live): Row {
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
  return {
    id: `environment/${folder}`,
    label: status.name,
    folder,
    expanded: true,
    description: said,
    icon,
    facets: ["environment", ...facets],
    spoken: `${status.name}: ${said}`,
    tooltip: `Compose project \`${status.project}\` in ${folder}`,
    children: [
      ...status.parts.filter(({ kind }) => kind !== "workspace").map((part) => partRow(folder, part)),
      ...status.drift.map((one) => driftRow(folder, one)),
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

function partRow(folder: string, { name, kind, state, exitCode, address, image }: Part): Row {
  const { said, icon } = looks[state];
  const ended = state === "ended" && exitCode !== undefined && exitCode !== 0 && exitCode < 128;
  const text = ended ? `ended with exit code ${exitCode}` : said;
  const running = state === "well" || state === "unwell" || state === "starting";
  const description = [text, image, running && address ? `:${address.port}` : undefined]
    .filter(Boolean)
    .join(" · ");
  return {
    id: `environment/${folder}/${name}`,
    label: name,
    description,
    icon: ended ? icons.bad : icon,
    spoken: `${name}: ${text}${running && address ? `, at port ${address.port}` : ""}`,
    ...(address?.url ? { tooltip: address.url } : {}),
    facets: [
      "part",
      running || state === "crashing" || state === "paused" ? "running" : "stopped",
      ...(running && address?.url ? (["page"] as const) : []),
      ...(kind === "service" && address ? (["database"] as const) : []),
    ],
    folder,
    subject: name,
  };
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
