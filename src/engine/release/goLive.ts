import type Docker from "dockerode";
import { Fault, type FaultCode, fault, type Task } from "../process/index.ts";
import { raiseAlarm } from "./alarm.ts";
import { tellEdges } from "./edge.ts";
import type { Ground } from "./ground.ts";
import { stackOf } from "./place.ts";
import { readRoutes } from "./routes.ts";
import { type Ailing, ailingOn } from "./swarm/ailing.ts";
import { type Applied, apply } from "./swarm/apply.ts";
import { examineOn } from "./swarm/postMortem.ts";
import { settle, type Turnout, takeBack, watch } from "./swarm/roll.ts";
import { setTimersOf } from "./timers/ofRelease.ts";
import { cronOf } from "./timers/scheduled.ts";
import { setTimers } from "./timers/set.ts";
import { asked, type Heard } from "./verify.ts";

export interface Going {
  ground: Ground;
  /** By process: what each is to become. */
  specs: Readonly<Record<string, Docker.ServiceSpec>>;
  /** The release that ran, which comes back where the new one does not hold; undefined where there was none. */
  before: number | undefined;
  watchMs: number;
  /** All of a release, so that what it does not have goes; else some processes of it. */
  whole?: true;
  /** Throws where the lock was lost. */
  confirm(): Promise<void>;
}

const backMs = 300_000;
/** What a replica may take beyond its own time to start: to be placed, and to be checked a few times. */
const slackMs = 60_000;

/**
 * Puts new versions in the place of those that run, each one only when it has shown itself well, looks at them from
 * outside, and watches them. Whatever goes wrong until it is over, all of it becomes what it was.
 */
export async function goLive(all: Going, task: Task): Promise<void> {
  const { ground, confirm } = all;
  const going = { ...all, specs: serving(all.specs) };
  const applied: Applied[] = [];
  let timed = false;
  await confirm();
  await using alarm = await raiseAlarm(ground, afterwards(going), task.signal);
  const alert = { ...task, signal: alarm.signal };
  await using ailing = ailingOn(ground.sites, alarm.signal);
  try {
    await roll(going, applied, ailing, alert);
    await edges(ground, alert);
    await look(going, alert);
    await watchOver(going, applied, ailing, alert);
    timed = all.whole === true;
    if (timed) await setTimers(ground, Object.values(all.specs), alert);
  } catch (thrown) {
    // not under the signal that may just have been aborted: nothing is left half done
    if (applied.length === 0) throw alarm.raised() ?? thrown;
    const back = { ...task, signal: AbortSignal.timeout(backMs) };
    await goBack(ground, applied, back);
    // some may be new already
    if (timed) await setTimersOf(ground, all.before, back);
    throw told(alarm.raised() ?? thrown, going);
  }
}

/** What runs by the clock waits for its time. */
function serving(specs: Going["specs"]): Going["specs"] {
  return Object.fromEntries(Object.entries(specs).filter(([, spec]) => cronOf(spec) === undefined));
}

/** What failed says itself what is now; what failed elsewhere, such as a server that is gone, knows nothing of it. */
function told(thrown: unknown, going: Going): unknown {
  if (!(thrown instanceof Fault) || saysWhatIsNow.includes(thrown.code)) return thrown;
  const { says, lastLines } = thrown;
  const about = [stackOf(going.ground.place), says, afterwards(going)] as const;
  return fault("taken-back", [...about], { cause: thrown, lastLines });
}

const saysWhatIsNow: readonly FaultCode[] = [
  "roll-failed",
  "answers-wrong",
  "errors-rise",
  "lock-lost",
  "cancelled",
];

async function roll(going: Going, applied: Applied[], ailing: Ailing, task: Task): Promise<void> {
  const { ground, specs } = going;
  const [{ docker }] = ground.sites;
  const { signal } = task;
  const names = Object.keys(specs);
  const plan = {
    id: "roll",
    title: names.length === 1 ? `Roll ${names[0]}` : `Roll ${names.join(", ")}`,
    why: "A new replica starts beside the old one, which goes only when the new one is well. If it never is, the old one stays.",
    command: `docker service update --image … ${names.map((name) => `${stackOf(ground.place)}-${name}`).join(" ")}`,
  };
  await task.step(plan, async (step) => {
    for (const spec of Object.values(specs)) await apply(docker, spec, signal, (one) => applied.push(one));
    const deadlineMs = Math.max(
      ...names.map((name) => (ground.profile.processes[name]?.health?.startMs ?? 0) * 2 + slackMs),
    );
    const onChange = (name: string, says: string) => step.line({ from: "stdout", text: `${name}: ${says}` });
    const examine = examineOn(ground.sites, signal);
    check(await settle(applied, { docker, signal, deadlineMs, onChange, examine, ailing }), going);
  });
}

async function edges(ground: Ground, task: Task): Promise<void> {
  const plan = {
    id: "edge",
    title: "Edge",
    why: "It knows services by name, not replicas: only new domains are news to it.",
    command: "docker exec … caddy reload",
  };
  await task.step(plan, async (step) => {
    const told = await tellEdges(ground, task.signal);
    step.says(told.length === 0 ? "has nothing new to learn" : `told on ${told.join(", ")}`);
  });
}

/** Asks every domain at every server, as a visitor would. */
async function look(going: Going, task: Task): Promise<void> {
  const { ground, specs } = going;
  for (const [name, { Labels }] of Object.entries(specs)) {
    const process = ground.profile.processes[name] ?? {};
    const release = Labels?.["sistership.release"] ?? "";
    for (const route of readRoutes(Labels)) {
      const [host = ""] = route.hosts;
      const plan = {
        id: `verify/${host}`,
        title: `Ask ${host}`,
        why: "From outside, by its name and through the edge, as a visitor would; the edge's log says which version answered.",
        command: `curl --resolve ${host}:${route.tls === "off" ? 80 : 443}:… ${host}`,
      };
      await task.step(plan, async (step) => {
        const said: string[] = [];
        for (const site of ground.sites) {
          const heard = await asked(ground, site, { route, process }, task.signal);
          if (task.signal.aborted) throw fault("cancelled", ["Deploying"]);
          if (heard.is === "wrong")
            throw fault("answers-wrong", [heard.url, heard.reason, afterwards(going)]);
          said.push(inWords(heard, release));
        }
        step.says([...new Set(said)].join(", "));
      });
    }
  }
}

const inWords = (heard: Exclude<Heard, { is: "wrong" }>, release: string): string =>
  heard.is === "silent"
    ? `could not be asked from here: ${heard.reason}`
    : `${heard.status}${heard.sure ? `, by release ${release}` : ""}${heard.but ?? ""}`;

async function watchOver(
  going: Going,
  applied: readonly Applied[],
  ailing: Ailing,
  task: Task,
): Promise<void> {
  const { ground, watchMs } = going;
  const [{ docker }] = ground.sites;
  const plan = {
    id: "watch",
    title: `Watch for ${Math.round(watchMs / 1000)} s`,
    why: "What boots may still fall. Swarm watches too, and goes back even if this machine is gone by then.",
    command: `docker service ps ${applied.map(({ name }) => name).join(" ")}`,
  };
  const { signal } = task;
  const examine = examineOn(ground.sites, signal);
  await task.step(plan, async () =>
    check(await watch(applied, { docker, signal, watchMs, examine, ailing }), going),
  );
}

async function goBack(ground: Ground, applied: readonly Applied[], task: Task): Promise<void> {
  const [{ docker, name: home }] = ground.sites;
  const place = stackOf(ground.place);
  const names = applied.map(({ name }) => name);
  const plan = {
    id: "back",
    title: "Go back",
    why: "All of it is new, or all of it is old: never a mixture.",
    command: `docker service rollback ${names.join(" ")}`,
  };
  await task.step(plan, async () => {
    const lost = await takeBack(docker, applied, task.signal).catch((cause: unknown) => {
      throw fault("cut-off", [home, place], { cause });
    });
    if (lost.length > 0) throw fault("not-back", [lost.join(", "), place]);
    // an edge that cannot be told asks for names that lead to what serves: only new domains are news to it
    await tellEdges(ground, task.signal).catch(() => undefined);
  });
}

function check(turnout: Turnout, going: Going): void {
  if (turnout.held) return;
  const { name, reason, lastLines } = turnout;
  throw fault("roll-failed", [name, stackOf(going.ground.place), reason, afterwards(going)], { lastLines });
}

const afterwards = ({ before }: Going): string =>
  before === undefined ? "It was the first, and is taken away again." : `Release ${before} goes on serving.`;
