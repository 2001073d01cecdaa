/** What everything of the tests carries, so that it is found again however a run ended. */
export const rigLabel = "sistership.rig=1";

/** The label that tells one run's things from another's. */
export function runLabel(run: string): string {
  return `sistership.rig.run=${run}`;
}

/** The labels for whatever a test makes in Docker: containers, networks, volumes, images. */
export function rigLabels(env: NodeJS.ProcessEnv = process.env): string[] {
  return env.SISTERSHIP_RUN ? [rigLabel, runLabel(env.SISTERSHIP_RUN)] : [rigLabel];
}

/** The same as arguments of `docker run`, `docker network create`, `docker volume create` and `docker build`. */
export function labelArgs(env: NodeJS.ProcessEnv = process.env): string[] {
  return rigLabels(env).flatMap((label) => ["--label", label]);
}
