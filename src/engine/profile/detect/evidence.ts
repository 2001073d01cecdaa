/** Where a fact came from, in words. */
export interface Evidence {
  /** Where the value stands in the profile: `processes.web.port`. */
  path: string;
  value: string;
  /** From the root of the repository. */
  file: string;
  line: number;
  because: string;
}

/** What the files leave open. The default is what the profile says unless somebody answers otherwise. */
export interface Question {
  path: string;
  ask: string;
  options: string[];
  default: string;
  because: string;
}
