import type { Document } from "yaml";

export const currentVersion = 1;

/** Step n turns a file of version n into one of version n + 1, in place, so that comments stay. */
const steps: readonly { from: number; change: (document: Document) => void }[] = [];

/** Brings an older file up to date. True = it was changed, and should be saved with its new text. */
export function migrate(document: Document, version: number): boolean {
  let at = version;
  for (const step of steps) {
    if (step.from !== at) continue;
    step.change(document);
    at += 1;
    document.set("version", at);
  }
  return at !== version;
}
