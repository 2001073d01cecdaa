import type { Profile } from "../../profile/index.ts";
import { onStage } from "../stage.ts";

/** A stage as a workflow deploys it. */
export interface CiStage {
  name: string;
  servers: readonly string[];
  /** Somebody says yes before it is deployed. */
  reviewed: boolean;
  /** Variables that stand in no file and can be handed over by the workflow. */
  secrets: readonly string[];
  /** Such variables that a workflow cannot set: GitHub keeps their names for itself. */
  reserved: readonly string[];
}

const used = /^(prod|production|live)\b/;
const unused = /^(stage|staging|dev|development|test|testing|qa|preview|demo|sandbox)\b/;

/**
 * The stages in the order of the profile, those last that people use: by their names, or else the last one whose name
 * does not say that only the team looks at it. The others are deployed without anybody's yes.
 */
export function ciStages(profile: Profile): CiStage[] {
  const names = Object.keys(profile.stages);
  const named = names.filter((name) => used.test(name));
  const reviewed = named.length > 0 ? named : names.slice(-1).filter((name) => !unused.test(name));
  const stages = Object.values(profile.stages).map(({ name, servers }): CiStage => {
    const asked = askedOn(profile, name);
    return {
      ...{ name, servers, reviewed: reviewed.includes(name) },
      secrets: asked.filter((one) => !isReserved(one)),
      reserved: asked.filter(isReserved),
    };
  });
  return [...stages.filter((stage) => !stage.reviewed), ...stages.filter((stage) => stage.reviewed)];
}

const isReserved = (name: string): boolean => /^(GITHUB_|RUNNER_|ACTIONS_|CI$)/i.test(name);

function askedOn(profile: Profile, stage: string): string[] {
  const staged = onStage(profile, stage);
  const all = [
    ...Object.values(staged.processes).map(({ env }) => ({ ...staged.env, ...env })),
    ...Object.values(staged.services).map(({ env }) => env),
  ];
  const asked = all.flatMap((variables) =>
    Object.entries(variables).flatMap(([name, { kind }]) =>
      kind === "secret" || kind === "required" ? [name] : [],
    ),
  );
  return [...new Set(asked)].sort();
}
