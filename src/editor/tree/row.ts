/** A line of a tree as plain data, made by pure functions from the engine's state. */
export interface Row {
  /** Stable, and unique within its view. */
  id: string;
  label: string;
  description?: string;
  /** Markdown. */
  tooltip?: string;
  icon?: { id: string; colour?: string };
  /** What a screen reader says where the icon carries the state. */
  spoken?: string;
  /** What can be done with it: the words that menus look for. */
  facets?: readonly Facet[];
  /** What commands on this row are about. */
  subject?: string;
  /** The folder whose environment it belongs to. */
  folder?: string;
  /** It belongs to what is rehearsed of the release. */
  rehearsal?: true;
  /** The stage of the folder's project that it belongs to. */
  stage?: string;
  children?: readonly Row[];
  expanded?: boolean;
}

export type Facet =
  | "fixable"
  | "command"
  | "server"
  | "unready"
  | "setUp"
  | "member"
  | "stage"
  | "released"
  | "domain"
  | "deployed"
  | "environment"
  | "rehearsal"
  | "part"
  | "database"
  | "page"
  | "running"
  | "stopped"
  | "stale"
  | "debuggable";

/** States in one look for all views; the text beside them says the same. */
export const icons = {
  good: { id: "pass", colour: "testing.iconPassed" },
  bad: { id: "error", colour: "testing.iconFailed" },
  found: { id: "warning", colour: "list.warningForeground" },
  cancelled: { id: "circle-slash" },
  skipped: { id: "debug-step-over" },
  unknown: { id: "circle-outline" },
  busy: { id: "sync~spin" },
} as const satisfies Record<string, NonNullable<Row["icon"]>>;
