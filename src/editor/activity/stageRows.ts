import type { Done } from "../../engine/release/index.ts";
import type { StageSeen } from "../release/stages.ts";
import { icons, type Row } from "../tree/row.ts";
import { when } from "./rows.ts";

const shown = 20;

/** What the servers of stages remember of what was done to them, by whomever: each with its timeline. */
export function stageRows(stages: readonly StageSeen[], now: Date): Row[] {
  return stages.flatMap((at) => {
    const looked = at.state?.is === "known" ? at.state : at.state?.before;
    if (looked === undefined || (looked.deeds.length === 0 && looked.status.lock === undefined)) return [];
    const { app, stage, folder } = at;
    const { status, deeds } = looked;
    const { lock, releases, stopped } = status;
    const id = `stage/${folder}/${stage}`;
    const runs =
      releases.length === 0
        ? "nothing runs"
        : `release ${releases.join(" and ")} is ${stopped ? "stopped" : "live"}`;
    const said = `${lock ? `${lock.owner} is at it: ${lock.doing}` : runs}, asked at ${when(looked.at, now)}`;
    return [
      {
        id,
        label: `${app} on ${stage}`,
        description: said,
        tooltip: `What was done to **${app}** on ${stage}, by whomever, as its servers remember it.`,
        icon: lock ? icons.busy : { id: "history" },
        spoken: `${app} on ${stage}: ${said}`,
        expanded: lock !== undefined,
        children: deeds.slice(0, shown).map((deed) => deedRow(id, deed, lock?.owner, now)),
      },
    ];
  });
}

const words: Record<NonNullable<Done["outcome"]>, string> = {
  done: "done",
  failed: "failed",
  cancelled: "cancelled",
  "rolled-back": "did not hold, and was taken back",
  interrupted: "was interrupted",
};

const looks = {
  done: icons.good,
  failed: icons.bad,
  cancelled: icons.cancelled,
  "rolled-back": icons.bad,
  interrupted: icons.cancelled,
} as const;

function deedRow(parent: string, deed: Done, atIt: string | undefined, now: Date): Row {
  const { began, at, who, did, release, outcome, says, commit, dirty, steps = [] } = deed;
  const goesOn = outcome === undefined && atIt === who;
  const ended = outcome ? words[outcome] : goesOn ? "goes on" : "ended without a word";
  const label = did.charAt(0).toUpperCase() + did.slice(1);
  const of = release === undefined ? "" : `release ${release}, `;
  const said = `${of}${ended}, ${when(new Date(at), now)}, ${who}`;
  const from = commit && `From commit ${commit.slice(0, 7)}${dirty ? ", and changes" : ""}`;
  const id = `${parent}/${began}`;
  return {
    id,
    label,
    description: said,
    tooltip: [`**${label}** by ${who}`, from, says].filter(Boolean).join("\n\n"),
    icon: outcome ? looks[outcome] : goesOn ? icons.busy : icons.unknown,
    spoken: `${label}: ${said}`,
    children: steps.map((step) => ({
      id: `${id}/${step.id}`,
      label: step.title,
      description: [step.says, step.ms === undefined ? undefined : time(step.ms)].filter(Boolean).join(", "),
      icon: { ...looks, skipped: icons.skipped }[step.state],
      spoken: `${step.title}: ${step.state}`,
      ...(step.says ? { tooltip: step.says } : {}),
    })),
  };
}

const time = (ms: number): string => (ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`);
