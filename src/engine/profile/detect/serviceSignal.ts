import type { ServiceKindName } from "../kinds.ts";

/** A hint that a service is used. Certain ones decide, strong ones count unless contradicted, weak ones only support. */
export interface Signal {
  kind: ServiceKindName | "sqlite" | "hosted";
  strength: "certain" | "strong" | "weak";
  file: string;
  line: number;
  because: string;
  version?: string;
  /** What others already call it. */
  name?: string;
}
