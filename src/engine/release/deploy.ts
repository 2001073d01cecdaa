import { randomBytes } from "node:crypto";
import type { Sending } from "../image/index.ts";
import { fault, type Task } from "../process/index.ts";
import { draft } from "./draft.ts";
import { goLive } from "./goLive.ts";
import type { Ground } from "./ground.ts";
import { records, running } from "./history.ts";
import { type Given, given, homeOf, keepGiven, promised } from "./ingredients.ts";
import { labelsOf, stackOf } from "./place.ts";
import { type Plan, planOf } from "./plan.ts";
import { preflight } from "./preflight.ts";
import { type Draft, type ReleaseRecord, recordOf, type Source } from "./record.ts";
import { rehearse, runReleaseCommand } from "./rehearse.ts";
import { ensureServices, servicesToCome } from "./services.ts";
import type { ReleaseImage } from "./spec/part.ts";
import type { Built, Supply } from "./supply.ts";
import { entryName } from "./swarm/kept.ts";
import { sweepOnce } from "./swarm/once.ts";
import { ensureNetwork, markNodes } from "./swarm/prepare.ts";
import { processesAt } from "./swarm/tasks.ts";
import { tidy } from "./tidy.ts";
import { cronOf } from "./timers/scheduled.ts";
import { type Doer, type Undertaking, undertake } from "./undertake.ts";

export interface Order extends Doer {
  ground: Ground;
  supply: Supply;
  source: Source;
  /** Values for variables that the stage has none of yet; with less, the deploy ends before it begins. */
  values(names: readonly string[]): Promise<Readonly<Record<string, string>>>;
}

/** What came of a deploy. Without a record there was nothing to do. */
export interface Deployed {
  plan: Plan;
  record?: ReleaseRecord;
}

/** What would change, and what would be sent for it, before anything is: images are built here, and nothing leaves this machine. */
export async function plan(order: Order, task: Task): Promise<{ plan: Plan; sendings: Sending[] }> {
  const { ground, supply } = order;
  const standing = await stand(ground, task.signal);
  const built = await build(order, task);
  const { plan } = compared(order, standing, built);
  if (plan.changes.length === 0) return { plan, sendings: [] };
  const sendings = await task.step(
    { id: "sendings", title: "What the servers have", why: "Only layers that they lack are sent." },
    async () =>
      supply.sendings(
        Object.values(built),
        await servicesToCome(ground, standing.home, task.signal),
        ground.sites,
        task.signal,
      ),
  );
  return { plan, sendings };
}

/**
 * Puts what lies here on a stage. Until the roll nothing that serves has changed; from then on everything is taken back
 * that does not hold. Where nothing differs, nothing is done.
 */
export async function deploy(order: Order, task: Task): Promise<Deployed> {
  const { ground } = order;
  return undertake(ground, order, "deploy", task, async (undertaking) => {
    const { task } = undertaking;
    await look(order, task);
    const standing = await stand(ground, task.signal);
    const values = await asked(order, standing.given, task);
    const built = await build(order, task);
    const compare = compared(order, standing, built);
    if (compare.plan.changes.length === 0) {
      task.skip({ id: "release", title: "Release" }, "there is nothing to do: this is what runs");
      return { plan: compare.plan };
    }
    return { plan: compare.plan, record: await release(order, standing, built, values, undertaking) };
  });
}

async function release(
  order: Order,
  standing: Standing,
  built: Readonly<Record<string, Built>>,
  values: Readonly<Record<string, string>>,
  { task, begins, confirm }: Undertaking,
): Promise<ReleaseRecord> {
  const { ground, supply, source, who } = order;
  const { place, stage, sites } = ground;
  const [{ docker }] = sites;
  const { commit, dirty } = source;
  const digests = Object.fromEntries(Object.entries(built).map(([name, { digest }]) => [name, digest]));
  await begins({ release: standing.number, dirty, images: digests, ...(commit ? { commit } : {}) });

  const images = await ship(order, built, task);
  const ingredients = await task.step(
    {
      id: "prepare",
      title: "Network, secrets",
      why: "A network of its own, and secrets in Swarm's keeping.",
    },
    async () => {
      await sweepOnce(
        docker,
        Object.entries(labelsOf(place)).map((pair) => pair.join("=")),
        task.signal,
      );
      await ensureNetwork(docker, place, task.signal);
      await markNodes(
        docker,
        place,
        sites.map(({ node }) => node),
      );
      const password = () => randomBytes(24).toString("hex");
      const kept = await keepGiven(ground, standing.given, { values, password }, task.signal);
      return { place, profile: ground.profile, images, home: standing.home, ...kept };
    },
  );
  const wanted = draft(stage, ingredients, { number: standing.number, source });
  await ensureServices(ground, ingredients, supply, task);
  await rehearse(ground, wanted, ingredients, task);
  await confirm();
  await runReleaseCommand(ground, wanted, ingredients, task);

  const record = recordOf(wanted, { who, at: order.now() });
  // told first, so that a record is never there of which the journal knows nothing, whenever we are killed
  await begins({ record: record.hash });
  await keep(ground, record, task);
  await goLive(
    {
      ...{ ground, specs: wanted.processes, confirm },
      ...{ before: standing.now, whole: true },
      watchMs: stage.watchMs,
    },
    task,
  );
  await tidy(ground, record, task);
  return record;
}

async function keep({ memory, place }: Ground, record: ReleaseRecord, task: Task): Promise<void> {
  const number = String(record.number);
  const { forestalled } = await memory.ask("release", [number], task.signal, JSON.stringify(record));
  if (forestalled) throw fault("lock-lost", [stackOf(place)]);
}

/** What is there before anything is done. */
interface Standing {
  before: Draft | undefined;
  /** The release that runs, also where its record is lost. */
  now: number | undefined;
  number: number;
  home: string;
  given: Given;
}

async function stand(ground: Ground, signal: AbortSignal): Promise<Standing> {
  const all = await records(ground, signal);
  const { text } = await ground.memory.ask("journal", [], signal);
  const told = [...text.matchAll(/"release":(\d+)/g)].map(([, number]) => Number(number));
  const now = await running(ground, signal);
  const last = all.find(({ number }) => number === now.at(-1));
  return {
    before: last && (await asItRuns(last, now, ground, signal)),
    now: now.at(-1),
    // a number is never given twice, not even that of a release that came to nothing
    number: Math.max(0, ...all.map(({ number }) => number), ...told) + 1,
    home: await homeOf(ground, signal),
    given: await given(ground, signal),
  };
}

/** A record with what became of it since: replicas that were changed, processes that were left at another release. */
async function asItRuns(
  record: Draft,
  now: readonly number[],
  { place, sites }: Ground,
  signal: AbortSignal,
): Promise<Draft> {
  const services = await processesAt(sites[0].docker, place, signal);
  const processes = Object.fromEntries(
    Object.entries(record.processes).flatMap(([name, spec]) => {
      // what runs by the clock is a service only while it runs
      if (cronOf(spec) !== undefined) return [[name, spec]];
      const there = services.find(({ Spec }) => Spec.Name === spec.Name);
      const same = now.length < 2 || there?.Spec.Labels?.["sistership.release"] === String(record.number);
      return there === undefined || !same ? [] : [[name, { ...spec, Mode: there.Spec.Mode }]];
    }),
  );
  return { ...record, processes };
}

async function look({ ground }: Order, task: Task): Promise<void> {
  const plan = {
    id: "preflight",
    title: "Look at the servers",
    why: "What would stop half way is found before anything is begun: room, group, domains, region.",
  };
  await task.step(plan, async (step) => {
    const worthKnowing = await preflight(ground, task.signal);
    if (worthKnowing.length > 0) step.says(worthKnowing.join(" "));
  });
}

/** Values are asked for before anything is built; they are kept only when the release is made. */
async function asked(
  { ground, values }: Order,
  { missing }: Given,
  task: Task,
): Promise<Readonly<Record<string, string>>> {
  if (missing.length === 0) return {};
  const found = await values(missing);
  const still = missing.filter((name) => found[name] === undefined || found[name] === "");
  if (task.signal.aborted) throw fault("cancelled", ["Deploying"]);
  if (still.length > 0) throw fault("secrets-missing", [still.join(", "), ground.stage.name]);
  return found;
}

async function build({ ground, supply }: Order, task: Task): Promise<Readonly<Record<string, Built>>> {
  const [home, ...others] = ground.sites;
  const odd = others.find(({ architecture }) => architecture !== home.architecture);
  if (odd) throw fault("architecture-differs", [odd.name, odd.architecture, home.architecture]);
  return supply.build(home, ground.stage.build, task);
}

/** Every image to every server. */
async function ship(
  { ground, supply }: Order,
  built: Readonly<Record<string, Built>>,
  task: Task,
): Promise<Record<string, ReleaseImage>> {
  const images: Record<string, ReleaseImage> = {};
  for (const [name, one] of Object.entries(built))
    images[name] = { ...one, reference: await supply.ship(one, ground.sites, task) };
  return images;
}

function compared(
  { ground, source }: Order,
  { before, number, home, given }: Standing,
  built: Readonly<Record<string, Built>>,
): { plan: Plan } {
  const { place, profile, stage } = ground;
  const images = Object.fromEntries(
    Object.entries(built).map(([name, one]) => [name, { ...one, reference: one.image }]),
  );
  const ingredients = {
    place,
    profile,
    images,
    home,
    ...promised(given),
    entry: { id: "", name: entryName() },
  };
  return { plan: planOf(before, draft(stage, ingredients, { number, source }), profile) };
}
