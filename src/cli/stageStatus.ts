import { stageStatus } from "../engine/release/index.ts";
import type { World } from "./context.ts";
import { onStage, type StageOptions } from "./stages.ts";

/** Prints what runs of a stage: each replica, and whether its image is the one that was built and shipped. */
export async function printStage(
  world: World,
  stage: string,
  options: StageOptions,
  onUnwell: () => void,
): Promise<void> {
  const { json, ...quiet } = options;
  const status = await onStage(world, stage, "Status", quiet, (ground, task) =>
    stageStatus(ground, new Date(), task.signal),
  );
  const { replicas, short, releases, stopped, lock, at, maintenance, scheduled } = status;
  if (short.length > 0 || replicas.some(({ same }) => same === false) || releases.length !== 1) onUnwell();
  if (json) return void world.stdout.write(`${JSON.stringify(status, null, 2)}\n`);
  const lines = [
    releases.length === 0
      ? "Nothing runs."
      : `Release ${releases.join(" and ")}${stopped ? " is stopped" : ""}, asked at ${at}.`,
    ...replicas.map(({ process, server, state, says, image, same }) =>
      [process, server, state, image && `${image.slice(0, 19)} ${same ? "=" : "≠"} its release`, says]
        .filter(Boolean)
        .join("  "),
    ),
    ...short.map(({ process, has, wants }) => `${process} has ${has} of ${wants} replicas`),
    ...scheduled.map(({ process, next, last }) => {
      const then = last
        ? `last ${last.state} at ${last.at}${last.says ? `, ${last.says}` : ""}`
        : "never ran";
      return `${process}  ${next ? `next at ${next}` : "is not set: deploy again"}  ${then}`;
    }),
    ...(maintenance ? [`In maintenance since ${maintenance}.`] : []),
    ...(lock ? [`Locked by ${lock.owner} for "${lock.doing}" since ${lock.since}.`] : []),
  ];
  for (const line of lines) world.stdout.write(`${line}\n`);
}
