import type { Parity } from "../../engine/environment/index.ts";

const marks = { same: "= same", differs: "≠ **differs**", unknown: "? unknown" } as const;

const summary = {
  same: "What is developed in is what is released.",
  differs: "What is developed in is **not** what is released. What differs is named below.",
  unknown:
    "Not everything runs, so not everything could be looked at: *Open in Environment* starts one side, *Rehearse Release* the other.",
} as const;

/** The report as a page to read: what differs first. */
export function parityText(name: string, { sides, rows, verdict }: Parity, at: Date): string {
  const order = ["differs", "unknown", "same"];
  const sorted = rows.toSorted((a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict));
  const cells = (all: readonly string[]) => `| ${all.map((one) => one.replaceAll("|", "\\|")).join(" | ")} |`;
  return [
    `# Parity of ${name}`,
    "",
    summary[verdict],
    "",
    cells(["", "", ...sides, ""]),
    cells(["---", "---", ...sides.map(() => "---"), "---"]),
    ...sorted.map((row) => cells([marks[row.verdict], row.about, ...row.values, row.says])),
    "",
    `Looked at ${at.toLocaleString()} into what runs here, and into what lies on the servers of the stages named above.`,
    "",
  ].join("\n");
}
