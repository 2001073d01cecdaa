// Another Caddy takes over at a server's edge, while visitors of every kind are there; or does not, and none of them notices.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { deploy } from "../../src/engine/release/index.ts";
import { edgeOf } from "../../src/engine/server/edge/inside.ts";
import { steer } from "../../src/engine/server/edge/listeners.ts";
import { edgeConfig, facts, loadEdge, renewEdge, setUp, setUpPlan } from "../../src/engine/server/index.ts";
import { type Crowd, crowdAt } from "../bench/release/crowd.ts";
import { engine } from "../rig/docker/engine.ts";
import { visited } from "../rig/release/app.ts";
import { fails, type Stage, stageOf } from "../rig/release/stage.ts";

const host = "renewed.test";

describe("the edge of a server", { timeout: 900_000 }, () => {
  let stage: Stage;
  let crowd: Crowd;
  before(async () => {
    stage = await stageOf(await engine(), "", "renewed", {
      files: visited("renewed", { stopGrace: "25s" }),
      stages: `  production: { servers: [docker], domain: ${host}, tls: internal, watch: 1s }`,
    });
    const order = await stage.order();
    await stage.perform((task) => deploy(order, task));
    crowd = crowdAt({ addresses: [stage.server.address], host });
  });
  after(async () => {
    await crowd?.[Symbol.asyncDispose]();
    await stage?.[Symbol.asyncDispose]();
  });

  const { signal } = new AbortController();
  const on = async (script: string) => (await stage.server.inside(["sh", "-c", script])).stdout.trim();
  const edge = "$(docker ps -q --filter label=com.docker.swarm.service.name=sistership-edge)";
  const inEdge = (script: string) => on(`docker exec ${edge} sh -c '${script}'`);
  const link = () => stage.pool.link({ name: "docker", address: "docker" }, signal);
  /** Nothing is reached from here: what is on the server is what there is. */
  const machine = () => ({ ...stage.user, env: { ...stage.user.env, DOCKER_HOST: "unix:///nowhere.sock" } });
  const renew = async (restart = false) => {
    const said: string[] = [];
    const to = await link();
    await stage.perform((task) => renewEdge(to, { machine: machine(), restart }, task), {
      onReport: (report) => {
        if (report.kind === "step" && report.step.state === "done") said.push(report.step.says ?? "");
      },
    });
    return said;
  };
  /** What the crowd met with meanwhile, and for as long as what had begun before may take. */
  const unharmed = async (work: () => Promise<void>) => {
    await crowd.phase("before");
    await work();
    const { sent, why } = await crowd.phase("after");
    assert.ok(sent > 100, `${sent} requests`);
    // a stream that ends leaves a connection, of which the next to ask over it cannot know that it is closed as well
    const met = (how: string) => how.endsWith("over a connection that rested");
    assert.deepEqual(
      Object.entries(why).filter(([how, times]) => !met(how) || times > 2),
      [],
    );
  };
  /** The image that the server has gets a Caddy of another kind in front of its own. */
  const bring = (caddy: string) =>
    on(`docker image inspect caddy:own >/dev/null 2>&1 || docker tag caddy:2 caddy:own; mkdir -p /tmp/other && cd /tmp/other && cat > caddy <<'END'
#!/bin/sh
${caddy}
exec /usr/bin/caddy "$@"
END
chmod 755 caddy && id=$(docker create caddy:own) && docker cp -q caddy "$id:/usr/local/sbin/caddy" &&
docker commit "$id" caddy:2 >/dev/null && docker rm "$id" >/dev/null`);
  const running = () => inEdge('grep -lz "^run$" /proc/[0-9]*/cmdline | wc -l');

  test("is what it is where there is no newer Caddy", async () => {
    const before = await inEdge("cat /run/sistership/turn");
    assert.deepEqual(await renew(), [
      "docker reaches no registry, and this machine has no other: it stays what it is",
      `it runs the newest already: ${await inEdge("caddy version")}`,
    ]);
    assert.equal(await inEdge("cat /run/sistership/turn"), before);
  });

  test("is restarted: everyone who was there goes on, and the one before ends with the last of them", async () => {
    await unharmed(async () => {
      for (let time = 0; time < 3; time++)
        assert.match((await renew(true))[1] ?? "", /^another 2.* took over$/);
      await wait(25_000);
    });
    for (let tries = 0; tries < 30 && (await running()) !== "1"; tries++) await wait(1000);
    assert.equal(await running(), "1");
  });

  test("is told something new by a release that comes meanwhile", async () => {
    stage.edit("sistership.yaml", (yaml) => yaml.replace(`domain: ${host}`, `domain: [${host}, more.test]`));
    const order = await stage.order();
    await Promise.all([renew(true), stage.perform((task) => deploy(order, task))]);
    assert.match(await inEdge("cat /config/caddy/autosave.json"), /more\.test/);
    await renew(true);
    assert.match(await inEdge("cat /config/caddy/autosave.json"), /more\.test/);
  });

  test("gets a newer one", async () => {
    await bring('[ "$1" = version ] && echo 9.9.9 && exit');
    await unharmed(async () => {
      assert.match((await renew())[1] ?? "", /^9\.9\.9 took over from 2/);
    });
    assert.equal((await renew())[1], "it runs the newest already: 9.9.9");
  });

  test("keeps the one that runs where the new one does not start, or refuses what the edge has to do", async () => {
    const broken = {
      "it does not start": '[ "$1" = run ] && exit 1; [ "$1" = version ] && echo 9.9.10 && exit',
      "no such module":
        '[ "$1" = reload ] && echo "Error: no such module" >&2 && exit 1; [ "$1" = version ] && echo 9.9.11 && exit',
      "it does not run here": "exit 1",
    };
    for (const [reason, caddy] of Object.entries(broken)) {
      await bring(caddy);
      await unharmed(async () => {
        const fault = await fails(renew());
        assert.equal(
          fault.says,
          `The new Caddy did not take over at the edge of docker, and the one before goes on: ${reason}.`,
        );
      });
      assert.equal(await inEdge("/run/sistership/bin/caddy version"), "9.9.9");
    }
  });

  test("has another Caddy at once where the one that runs falls, in the same container", async () => {
    const container = await on(`echo ${edge}`);
    const turn = () => inEdge("cat /run/sistership/turn");
    const before = await turn();
    await inEdge('kill -KILL $(grep -lz "^run$" /proc/[0-9]*/cmdline | cut -d / -f 3)');
    // it has its turn when it has been told what to do
    for (let tries = 0; tries < 100 && (await turn()) === before; tries++) await wait(100);
    await wait(2000); // who was cut off between two words of a websocket hears of it at the next
    await crowd.phase("it fell");
    await unharmed(() => wait(5000).then(() => {}));
    assert.equal(await on(`echo ${edge}`), container);
  });

  test("leads everyone who comes to the newest listener, by what the server itself has", async () => {
    const { stdout, stderr } = await steer(await edgeOf(await link(), signal));
    assert.equal(stdout + stderr, "");
    assert.equal(await inEdge("cat /proc/sys/net/ipv4/tcp_migrate_req"), "1");
  });

  test("is made anew once where it is of an older kind, and says so before", async () => {
    await inEdge('sed -i "s/admin-[0-9]*.sock/admin.sock/" /config/caddy/autosave.json');
    await on(
      "docker tag caddy:own caddy:2; rm -r /var/lib/sistership/edge/run/bin; docker service update --quiet --label-add sistership.edge=1 --args 'caddy run --config /etc/sistership/initial.json --resume' sistership-edge; rm /var/lib/sistership/edge/run/turn",
    );
    assert.equal((await fails(renew())).code, "edge-old");
    assert.equal(await loadEdge(await link(), edgeConfig([]), signal), "changed");
    const plan = async () =>
      setUpPlan("docker", await facts(await link(), { signal, root: true })).operations.filter(
        ({ state }) => state.needed,
      );
    const [renewal, ...others] = await plan();
    assert.equal(renewal?.title, "Renew the edge proxy");
    assert.deepEqual(others, []);
    const found = setUpPlan("docker", await facts(await link(), { signal, root: true }));
    const target = { name: "docker", address: "docker" };
    await stage.perform((task) =>
      setUp({ pool: stage.pool, target, carry: () => Promise.reject() }, found, task),
    );
    assert.deepEqual(await plan(), []);
    assert.equal(await inEdge("cat /run/sistership/turn"), "1");
    assert.match((await renew(true))[1] ?? "", /^another/);
  });
});
