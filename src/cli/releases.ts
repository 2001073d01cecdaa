import type { Command } from "commander";
import { fault } from "../engine/process/index.ts";
import type { Traffic } from "../engine/release/index.ts";
import type { World } from "./context.ts";
import { doer, numberOf, onStage, type StageOptions, stageCommand, sure, tell } from "./stages.ts";

interface Asking extends StageOptions {
  yes?: true;
}

/** The commands on what was released: which there are, what was done, and the way back. */
export function addReleases(program: Command, world: World): void {
  stageCommand(program, "rollback", "Go back to a release that was live before: its image and its settings")
    .argument("[release]", "its number; without it, the last one before this")
    .option("-y, --yes", "do not ask")
    .action(async (stage: string, wanted: string | undefined, options: Asking, self: Command) => {
      const { rollback } = await import("../engine/release/index.ts");
      const number = wanted === undefined ? undefined : numberOf(wanted, 1, "The release", self);
      const goal = number === undefined ? "the release before this one" : `release ${number}`;
      await sure(world, `Roll ${stage} back to ${goal}?`, options.yes);
      const record = await onStage(world, stage, "Roll back", options, (ground, task) =>
        rollback({ ...doer(), ground, ...(number === undefined ? {} : { number }) }, task),
      );
      tell(world, options, { kind: "rolled-back", release: record.number }, [
        `Release ${record.number} is live on ${stage} again.`,
      ]);
    });

  stageCommand(
    program,
    "redeploy",
    "Make every replica of the release that runs anew, as it was recorded; nothing is built",
  ).action(async (stage: string, options: StageOptions) => {
    const { redeploy } = await import("../engine/release/index.ts");
    const record = await onStage(world, stage, "Redeploy", options, (ground, task) =>
      redeploy({ ...doer(), ground }, task),
    );
    tell(world, options, { kind: "redeployed", release: record.number }, [
      `Release ${record.number} is live on ${stage}, made anew.`,
    ]);
  });

  stageCommand(program, "releases", "List the releases of a stage that can be gone back to").action(
    async (stage: string, options: StageOptions) => {
      const { releases, running } = await import("../engine/release/index.ts");
      const found = await onStage(world, stage, "Releases", options, async (ground, task) => {
        const now = await running(ground, task.signal);
        return (await releases(ground, task.signal)).map(({ record, live }) => ({
          ...{ number: record.number, at: record.at, who: record.who, source: record.source },
          ...{ live, runs: now.includes(record.number) },
        }));
      });
      tell(
        world,
        options,
        { kind: "releases", releases: found },
        found.map(({ number, at, who, source, live, runs }) => {
          const state = runs ? "runs" : live === undefined ? "never went live" : `live ${live}`;
          const from = source.commit?.slice(0, 7) ?? "no commit";
          return `${number}  ${at}  ${who}  ${from}${source.dirty ? " and changes" : ""}  ${state}`;
        }),
      );
    },
  );

  stageCommand(program, "history", "Print what was done to a stage, by whom, and how it ended")
    .option(
      "--verify",
      "check that no line and no release was changed or taken out; exits with 1 where one was",
    )
    .action(async (stage: string, options: StageOptions & { verify?: true }) => {
      const { history } = await import("../engine/release/index.ts");
      const verified = options.verify === true;
      const entries = await onStage(world, stage, "History", options, (ground, task) =>
        history(ground, { verified }, task.signal),
      );
      tell(world, options, { kind: "history", verified, entries }, [
        ...entries.map(({ at, who, did, release, outcome, says }) =>
          [at, who, did, release ?? "", outcome ?? "began", says ?? ""]
            .filter((one) => one !== "")
            .join("  "),
        ),
        ...(verified ? [`${entries.length} lines, each as it was written.`] : []),
      ]);
    });

  stageCommand(
    program,
    "traffic",
    "Print how many requests and errors there are at the edge, a line a second, until you end it",
  ).action(async (stage: string, options: StageOptions) => {
    const { trafficOf } = await import("../engine/release/index.ts");
    await onStage(world, stage, "Traffic", options, async (ground, task) => {
      for await (const now of trafficOf(ground, task.signal))
        tell(world, options, { kind: "traffic", ...now }, [trafficLine(now)]);
    });
  });

  stageCommand(program, "unlock", "Break the lock of a stage, where you know that nothing is going on")
    .option("-y, --yes", "do not ask")
    .action(async (stage: string, options: Asking) => {
      const { breakLock, holder } = await import("../engine/release/index.ts");
      const seen = await onStage(world, stage, "Look at the lock", options, (ground, task) =>
        holder(ground.memory, task.signal),
      );
      if (seen === undefined)
        return tell(world, options, { kind: "unlocked", held: false }, ["It is not locked."]);
      const { owner, doing, since, heardSeconds } = seen;
      await sure(
        world,
        `${owner} holds it for "${doing}" since ${since}, heard of ${heardSeconds} s ago. Break it?`,
        options.yes,
      );
      await onStage(world, stage, "Unlock", options, (ground, task) =>
        breakLock(ground.memory, seen, task.signal),
      );
      tell(world, options, { kind: "unlocked", held: true, owner }, [`The lock of ${owner} is broken.`]);
    });

  stageCommand(program, "scale", "Say how many replicas of a process run, until a release says otherwise")
    .argument("<process>", "its name in sistership.yaml")
    .argument("<replicas>", "how many")
    .action(async (stage: string, process: string, count: string, options: StageOptions, self: Command) => {
      const { scale } = await import("../engine/release/index.ts");
      const replicas = numberOf(count, 0, "The number of replicas", self);
      await onStage(world, stage, `Scale ${process}`, options, (ground, task) =>
        scale({ ...doer(), ground }, process, replicas, task),
      );
    });

  stageCommand(program, "stop", "Stop the application on a stage; its data and its releases stay")
    .option("-y, --yes", "do not ask")
    .action(async (stage: string, options: Asking) => {
      const { stop } = await import("../engine/release/index.ts");
      await sure(
        world,
        `Stop the application on ${stage}? It will not answer until it is deployed again.`,
        options.yes,
      );
      await onStage(world, stage, "Stop", options, (ground, task) => stop({ ...doer(), ground }, task));
    });

  stageCommand(program, "destroy", "Take a stage off its servers, its data included")
    .option("--name <name>", "the name of what is destroyed, such as shop-production: said, not guessed")
    .action(async (stage: string, options: StageOptions & { name?: string }) => {
      const { destroy, stackOf } = await import("../engine/release/index.ts");
      await onStage(world, stage, "Destroy", options, async (ground, task) => {
        if (options.name === undefined) throw fault("name-wanted", [stackOf(ground.place)]);
        await destroy({ ...doer(), ground, name: options.name }, task);
      });
    });
}

function trafficLine({ at, perSecond, errorsPerSecond }: Traffic): string {
  return `${at}  ${perSecond} requests a second, ${errorsPerSecond} of them errors`;
}
