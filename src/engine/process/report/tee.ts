import type { Reporter } from "../step.ts";

export function tee(...reporters: readonly Reporter[]): Reporter {
  return (report) => {
    for (const reporter of reporters) reporter(report);
  };
}
