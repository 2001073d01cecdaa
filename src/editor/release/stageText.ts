import type { Distance } from "../../engine/release/index.ts";
import { isCareful } from "./careful.ts";
import type { Looked, StageSeen } from "./stages.ts";

/** What the status bar says of the stages that were looked at; undefined where none was. */
export function stageText(all: readonly StageSeen[]): { text: string; tooltip: string } | undefined {
  const known = all
    .flatMap(({ stage, state }) => {
      const looked = state?.is === "known" ? state : state?.before;
      return looked === undefined ? [] : [{ stage, looked, trouble: state?.is === "trouble" }];
    })
    .sort((a, b) => Number(isCareful(b.stage)) - Number(isCareful(a.stage)));
  const [first] = known;
  if (first === undefined) return undefined;
  const icon = first.trouble ? "$(question)" : "$(rocket)";
  return {
    text: `${icon} ${first.stage}: ${against(first.looked)}`,
    tooltip: [
      ...known.map(
        ({ stage, looked, trouble }) =>
          `${stage}: ${against(looked)}, asked at ${clock(looked.at)}${trouble ? ", and not reached since" : ""}`,
      ),
      "Click to see them.",
    ].join("\n"),
  };
}

/** "release 12, 3 commits behind" */
export function against({ status, distance }: Pick<Looked, "status" | "distance">): string {
  const { releases, source, stopped } = status;
  if (releases.length === 0) return "nothing runs";
  const release = `release ${releases.join(" and ")}${stopped ? ", stopped" : ""}`;
  if (source?.commit === undefined) return `${release}, of no commit`;
  const dirty = source.dirty ? ", with changes of its own" : "";
  return `${release}, ${far(distance)}${dirty}`;
}

function far(distance: Distance | undefined): string {
  if (distance === undefined) return "of a commit that is not here";
  const { behind, ahead } = distance;
  const said = [
    behind > 0 && `${behind} ${behind === 1 ? "commit" : "commits"} behind`,
    ahead > 0 && `${ahead} ${ahead === 1 ? "commit" : "commits"} that are not here`,
  ].filter(Boolean);
  return said.length === 0 ? "of this commit" : said.join(", ");
}

const clock = (at: Date): string => at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
