// A group that has more than one manager: servers come as managers, are told what an even number means, and go again.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join as path } from "node:path";
import { after, before, describe, test } from "node:test";
import { Fault, operate, type Step, type Task } from "../../src/engine/process/index.ts";
import { facts, join, leave, saveAndLoad } from "../../src/engine/server/index.ts";
import { type Engine, engine } from "../rig/docker/engine.ts";
import { image } from "../rig/images/image.ts";
import { type Group, joinable, userOf } from "../rig/release/group.ts";
import type { Server } from "../rig/servers/server.ts";

async function refusal(promise: Promise<unknown>): Promise<string> {
  const thrown = await promise.then(
    () => assert.fail("it was not refused"),
    (reason: unknown) => reason,
  );
  assert.ok(thrown instanceof Fault, String(thrown));
  assert.equal(thrown.code, "group-refused");
  return thrown.says;
}

const why = (step: Step | undefined) => (step?.state === "skipped" ? step.because : "");

describe("managers of a group", () => {
  const home = mkdtempSync(path(tmpdir(), "sistership-"));
  const { signal } = new AbortController();
  let rig: Engine;
  let lead: Group<readonly ["docker", "docker", "docker"]>;
  before(async () => {
    rig = await engine();
    await image("caddy:2", { engine: rig });
    lead = await joinable(["docker", "docker", "docker"], { engine: rig, home });
  });
  after(async () => {
    await lead?.[Symbol.asyncDispose]();
    rmSync(home, { recursive: true });
  });

  const target = ({ name }: Server) => ({ name, address: name });
  const swarmOf = async (server: Server) =>
    (await facts(await lead.pool.link(target(server), signal), { signal, root: true })).swarm;
  const managersSeenBy = async (server: Server) => {
    const swarm = await swarmOf(server);
    assert.equal(swarm.role, "manager");
    return swarm.role === "manager" ? swarm.members.filter(({ manager }) => manager).length : 0;
  };
  /** What was said of a step that an operation has. */
  const doing = async (work: (task: Task) => Promise<unknown>) => {
    const steps = new Map<string, Step>();
    await operate(
      {
        ...{ title: "Join", about: "test", signal },
        report: (one) => void (one.kind === "step" && steps.set(one.step.id, one.step)),
      },
      work,
    );
    return (id: string) => steps.get(id);
  };
  const comes = (server: Server, to: Server, manager: boolean, others = lead.servers.map(target)) => {
    const carry = saveAndLoad(userOf({ engine: rig, home }));
    return doing((task) =>
      join({ pool: lead.pool, target: target(server), carry }, target(to), { manager, others }, task),
    );
  };
  const goes = (server: Server, via: Server) => {
    const options = { via: target(via), others: lead.servers.map(target) };
    return doing((task) => leave({ pool: lead.pool, target: target(server) }, options, task));
  };

  test("come and go one by one, and an even number is advised against", async () => {
    const [first, second, third] = lead.servers;
    const two = await comes(second, first, true);
    assert.match(why(two("managers")), /2 managers/);
    assert.equal(await managersSeenBy(second), 2);
    const three = await comes(third, second, true);
    assert.equal(three("managers"), undefined);
    assert.equal(await managersSeenBy(third), 3);

    // the one that the group began with goes like any other
    const left = await goes(first, third);
    assert.equal(left("demote")?.state, "done");
    assert.match(why(left("managers")), /2 managers/);
    assert.equal((await swarmOf(first)).role, "none");
    assert.equal(await managersSeenBy(second), 2);

    const last = await goes(third, second);
    assert.equal(last("managers"), undefined);
    assert.equal(await managersSeenBy(second), 1);
  });

  test("do not leave workers without one", async () => {
    const [, manager, worker] = lead.servers;
    await comes(worker, manager, false);
    assert.match(await refusal(goes(manager, worker)), /only managers let others in and out/);
    assert.equal(await managersSeenBy(manager), 1);
  });

  test("are told where they do not hear each other", async () => {
    const [newcomer, manager, worker] = lead.servers;
    await goes(worker, manager);
    await comes(worker, manager, true);
    // who leads the group is on no list, and does not let the newcomer in
    const known = [newcomer, worker].map(target);
    const said = await refusal(comes(newcomer, worker, true, known));
    assert.match(said, /joined as a manager, but does not hear the others: let .* in at the ports 2377/);
  });
});
