import { clock, el, heading, mark } from "../dom.ts";
import type { Runs } from "../protocol.ts";

/** What runs on the servers, and the proof that it is the very image that was built and rehearsed here. */
export function drawRuns(runs: Runs | undefined): HTMLElement[] {
  if (runs === undefined) return [];
  const { status, built } = runs;
  const { releases, replicas, short, at, stopped } = status;
  const asked = `asked at ${clock(at)}`;
  if (releases.length === 0) return [heading("What runs now", asked), el("p", "dim", "Nothing runs yet.")];
  if (stopped) {
    const says = `Release ${releases.join(" and ")} is stopped. It starts again by its menu in the side bar, or by a deploy.`;
    return [heading("What runs now", asked), el("p", "dim", says)];
  }
  const here = Object.values(built ?? {});
  const table = el(
    "table",
    "runs",
    el(
      "thead",
      "",
      el(
        "tr",
        "",
        ...["Process", "Server", "State", "Image, read on the server"].map((name) => {
          const cell = el("th", "", name);
          cell.setAttribute("scope", "col");
          return cell;
        }),
      ),
    ),
    el(
      "tbody",
      "",
      ...replicas.map(({ process, server, state, says, image, same }) =>
        el(
          "tr",
          "",
          el("td", "", process),
          el("td", "", server),
          el(
            "td",
            "",
            state === "running" ? mark("✓", "good", "well") : mark("◐", "busy", "not well"),
            says ?? state,
          ),
          el("td", "", ...proof(image, same, here)),
        ),
      ),
    ),
  );
  table.setAttribute("aria-label", "What runs now");
  return [
    heading("What runs now", `release ${releases.join(" and ")}, ${asked}`),
    ...short.map(({ process, has, wants }) =>
      el("p", "care", `${process} has ${has} of ${wants} replicas that it should have.`),
    ),
    table,
  ];
}

function proof(image: string | undefined, same: boolean | undefined, here: readonly string[]): Node[] {
  if (image === undefined) return [el("span", "dim", "not known")];
  const digest = el("span", "code", image.replace(/^sha256:/, "").slice(0, 12));
  digest.title = image;
  if (same !== true)
    return [mark("✗", "bad", "differs"), digest, el("span", "bad", " is not the image of its release")];
  const says = here.includes(image) ? " is the image that was built here" : " is the image of its release";
  return [mark("✓", "good", "the same"), digest, el("span", "dim", says)];
}
