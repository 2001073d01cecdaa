import type { Finding } from "../../engine/environment/index.ts";
import { icons, type Row } from "../tree/row.ts";

export interface Checkup {
  findings: readonly Finding[];
  at: Date;
}

/** What the last check of this machine found, worst first, with its age said in the heading. */
export function environmentRows(checkup: Checkup | undefined): Row[] {
  if (!checkup) return [];
  const bad = checkup.findings.filter((finding) => !finding.well).length;
  const time = checkup.at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  return [
    {
      id: "machine",
      label: "This machine",
      description: `${bad === 0 ? "ready" : bad === 1 ? "1 problem" : `${bad} problems`}, checked at ${time}`,
      icon: bad === 0 ? icons.good : icons.bad,
      spoken: `This machine: ${bad === 0 ? "ready" : `${bad} problems`}, checked at ${time}`,
      expanded: true,
      children: [...checkup.findings].sort((a, b) => Number(a.well) - Number(b.well)).map(row),
    },
  ];
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
