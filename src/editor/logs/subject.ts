import { basename } from "node:path";
import type { Place } from "../environment/machine.ts";

/** A stage of a project, on its servers. */
export interface StageSubject {
  folder: string;
  stage: string;
  /** Its databases and the like, too. */
  services: boolean;
}

/** Whose logs are shown. */
export type Subject = Place | StageSubject;

export function isStage(subject: Subject): subject is StageSubject {
  return "stage" in subject;
}

export function isSame(one: Subject, other: Subject | undefined): boolean {
  if (other === undefined || one.folder !== other.folder) return false;
  if (isStage(one)) return isStage(other) && one.stage === other.stage && one.services === other.services;
  return !isStage(other) && one.rehearsal === other.rehearsal;
}

/** What the view is called. */
export function nameOf(subject: Subject): string {
  const folder = basename(subject.folder);
  if (isStage(subject)) return `${folder} ${subject.stage}`;
  return subject.rehearsal ? `${folder} (rehearsal)` : folder;
}
