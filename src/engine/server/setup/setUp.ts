import { isOlder } from "../../docker/index.ts";
import { fault, type Line, type Task } from "../../process/index.ts";
import { edgeService, edgeTasks } from "../edge/service.ts";
import { type Facts, facts, labelsOfOurs, leastDocker } from "../facts/index.ts";
import type { Link, Pool, Remote, Target } from "../link.ts";
import { pause } from "../ssh/abort.ts";
import { bring, type Carrier } from "./image.ts";
import { guarded } from "./lockout.ts";
import type { Action, Operation, SetUpPlan } from "./operation.ts";
import { perform } from "./perform.ts";
import { put } from "./systems.ts";

interface Ground {
  pool: Pool;
  target: Target;
  /** Brings an image to a server that can fetch it from nowhere. */
  carry: Carrier;
}

/**
 * Does what a plan says, step by step, and looks again. Each step is one that may be done twice; a run that is cut off
 * is finished by the next one, whose plan leaves out what is done.
 */
export async function setUp({ pool, target, carry }: Ground, plan: SetUpPlan, task: Task): Promise<Facts> {
  const [refusal] = plan.refusals;
  if (refusal !== undefined) throw refusal;
  const { signal } = task;
  for (const { state, ...described } of plan.operations) {
    if (!state.needed) {
      task.skip(described, state.because);
      continue;
    }
    await task.step(described, async (step) => {
      const link = await pool.link(target, signal);
      const onLine = (line: Line) => step.line(line);
      const run = (remote: Remote) => perform(link, remote, { signal, onLine, what: described.title });
      const says = await act(state.action, { pool, target, carry, link, signal, run });
      if (says !== undefined) step.says(says);
    });
  }
  return await lookAgain(await pool.link(target, signal), plan, task);
}

interface Acting extends Ground {
  link: Link;
  signal: AbortSignal;
  run(remote: Remote): Promise<void>;
}

/** Does one operation; hands back what to say of it. */
async function act(action: Action, ground: Acting): Promise<string | undefined> {
  const { link, signal, run, carry } = ground;
  switch (action.kind) {
    case "run":
      for (const remote of action.remotes) await run(remote);
      return undefined;
    case "docker":
      for (const remote of action.remotes) await run(remote);
      return await versionOf(link, signal);
    case "daemon":
      await configure(action, ground);
      return undefined;
    case "image":
      return await bring(link, action, carry, signal);
    case "swarm":
      for (const remote of action.remotes) await run(remote);
      await run(await naming(action.server, link, signal));
      return undefined;
    case "edge":
      for (const remote of action.remotes) await run(remote);
      await edgeRuns(link, signal);
      return undefined;
    case "firewall":
      for (const remote of action.change.install) await run(remote);
      await guarded(action.change, ground);
      return "a second connection came about under the new rules";
  }
}

/** Writes into the swarm which server a node is: its host name may be anything. */
async function naming(server: string, link: Link, signal: AbortSignal): Promise<Remote> {
  const ask = { program: "docker", args: ["info", "--format", "{{.Swarm.NodeID}}"], root: true } as const;
  const node = (await link.run(ask, { signal })).stdout.trim();
  return {
    program: "docker",
    args: ["node", "update", "--label-add", `${labelsOfOurs.server}=${server}`, node],
    root: true,
  };
}

async function versionOf(link: Link, signal: AbortSignal): Promise<string> {
  const ask = {
    program: "docker",
    args: ["version", "--format", "{{.Server.Version}}"],
    root: true,
  } as const;
  const version = (await link.run(ask, { signal, timeoutMs: 60_000 })).stdout.trim();
  if (!isOlder(version, leastDocker)) return `Docker ${version}`;
  const reason = `the distribution brought ${version}, and ${leastDocker} or newer is needed: choose Docker's own repository`;
  throw fault("server-docker-unfit", [link.target.name, reason]);
}

/** Docker's settings; where Docker does not start with them, those it had. */
async function configure(action: Extract<Action, { kind: "daemon" }>, { run }: Acting): Promise<void> {
  const file = "/etc/docker/daemon.json";
  await run(put(`${file}.new`, action.text, "0644"));
  const move: Remote = { program: "mv", args: [`${file}.new`, file], root: true };
  if (!action.restart) return await run(move);
  await run({ program: "dockerd", args: ["--validate", "--config-file", `${file}.new`], root: true });
  await run(move);
  const restart: Remote = { program: "systemctl", args: ["restart", "docker"], root: true };
  try {
    await run(restart);
  } catch (thrown) {
    await run(
      action.before === undefined
        ? { program: "rm", args: [file], root: true }
        : put(file, `${action.before}\n`, "0644"),
    );
    await run(restart);
    throw thrown;
  }
}

const edgeMs = 60_000;

/** Settles when this server's task of the edge has run for a moment: one that cannot have its ports ends at once. */
export async function edgeRuns(link: Link, signal: AbortSignal): Promise<void> {
  const ask = {
    program: "docker",
    args: [
      ...["ps", "--filter", `label=com.docker.swarm.service.name=${edgeService}`],
      ...["--format", "{{.ID}} {{.Status}}"],
    ],
    root: true,
  } as const;
  const deadline = Date.now() + edgeMs;
  let seen: string | undefined;
  while (Date.now() < deadline) {
    const [id = "", up] = (await link.run(ask, { signal })).stdout.trim().split(/ (.*)/);
    if (up?.startsWith("Up") && id === seen) return;
    seen = up?.startsWith("Up") ? id : undefined;
    await pause(1500, signal, "Waiting for the edge proxy");
  }
  const { stdout } = await link.run(edgeTasks, { signal, accept: [0, 1] });
  throw fault("edge-unwell", [
    link.target.name,
    stdout.split("\n")[0]?.trim() || "no task of it was started",
  ]);
}

function lookAgain(link: Link, { operations }: SetUpPlan, task: Task): Promise<Facts> {
  const described = {
    id: "look-again",
    title: `Look at ${link.target.name} again`,
    why: "What was done is read back from the server itself.",
  };
  return task.step(described, async (step) => {
    const found = await facts(link, { signal: task.signal, root: true });
    const changed = operations.filter(({ state }: Operation) => state.needed).length;
    step.says(
      changed === 0 ? "nothing had to be changed" : `${changed} of ${operations.length} things were changed`,
    );
    return found;
  });
}
