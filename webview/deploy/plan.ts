import { el, heading, mark } from "../dom.ts";
import type { DeployPhase, Plan } from "../protocol.ts";

type Change = Plan["changes"][number];

const kinds: Record<Change["what"], string> = {
  image: "Image",
  process: "Process",
  replicas: "Replicas",
  variable: "Variable",
  settings: "Settings",
  domain: "Domain",
  service: "Service",
  server: "Server",
  command: "Release command",
};

/** What would change, as a difference; what one should know before; and what is sent. */
export function drawPlan(phase: DeployPhase | undefined): HTMLElement[] {
  if (phase?.is !== "planned") return [];
  const { plan, sendings } = phase;
  const count = plan.changes.length;
  const table = el("table", "changes", el("tbody", "", ...plan.changes.map(drawChange)));
  table.setAttribute("aria-label", "What will change");
  return [
    heading("What will change", count === 1 ? "1 change" : `${count} changes`),
    table,
    ...(plan.risks.length > 0
      ? [
          heading("Worth knowing"),
          el(
            "ul",
            "risks",
            ...plan.risks.map((says) =>
              el("li", "", mark("!", "care", "Worth knowing"), el("span", "", says)),
            ),
          ),
        ]
      : []),
    ...(sendings.length > 0
      ? [
          heading("What is shipped"),
          el(
            "ul",
            "sendings",
            ...sendings.map(({ server, image, says }) =>
              el("li", "", el("span", "code", image), " to ", el("b", "", server), `: ${says}`),
            ),
          ),
        ]
      : []),
  ];
}

function drawChange({ what, about, before, after }: Change): HTMLElement {
  const [sign, className, word] =
    before === undefined && what !== "settings"
      ? ["+", "new", "new"]
      : after === undefined
        ? ["−", "gone", "gone"]
        : ["~", "changed", "changed"];
  const values = [before, after].filter((value) => value !== undefined && value !== about);
  const [from, to] = values;
  return el(
    "tr",
    className,
    el("td", "", mark(sign, className, word)),
    el("td", "kind", kinds[what]),
    el("td", "about", about),
    el(
      "td",
      "code",
      from !== undefined && (to === undefined ? from : el("del", "", from)),
      to !== undefined && el("span", "arrow", " → "),
      to !== undefined && el("ins", "", to),
    ),
  );
}
