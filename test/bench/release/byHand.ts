import { realpathSync } from "node:fs";
import { join } from "node:path";
import { saveAndLoad } from "../../../src/engine/server/index.ts";
import type { Engine } from "../../rig/docker/engine.ts";
import { become } from "../../rig/release/app.ts";
import type { Stage } from "../../rig/release/stage.ts";
import { dockerOf } from "../../rig/servers/docker.ts";
import { median, round } from "../harness.ts";
import { crowdAt } from "./crowd.ts";

const port = 8080;
const dockerfile = 'FROM node:22-bookworm-slim\nCOPY . /app\nWORKDIR /app\nCMD ["node", "server.js"]\n';
const compose = `services: { web: { build: ., init: true, restart: always, ports: ["${port}:3000"] } }\n`;
const plugins = "/usr/libexec/docker/cli-plugins";

/** The same application as people do it without a tool: on the server, `docker compose up -d --build` after each change. */
export async function byHand(rig: Engine, stage: Stage, source: string, turns: number) {
  const { server, pool, user } = stage;
  const signal = new AbortController().signal;
  const docker = dockerOf(rig);
  await server.inside(["mkdir", "-p", plugins, "/srv/app"]);
  for (const name of ["docker-compose", "docker-buildx"])
    await docker([
      "cp",
      realpathSync(join(rig.env.DOCKER_CONFIG ?? "", "cli-plugins", name)),
      `${server.container}:${plugins}/${name}`,
    ]);
  const link = await pool.link({ name: server.name, address: server.name }, signal);
  const architecture = (await docker(["version", "--format", "{{.Server.Arch}}"])).stdout.trim();
  await saveAndLoad(user)(link, { image: "node:22-bookworm-slim", architecture }, signal);
  const write = (name: string, text: string) =>
    server.inside(["sh", "-c", `cat > /srv/app/${name}`], { input: text });
  const up = () =>
    server.inside(["docker", "compose", "--project-directory", "/srv/app", "up", "-d", "--build"], {
      timeoutMs: 300_000,
    });
  await write("Dockerfile", dockerfile);
  await write("compose.yaml", compose);
  await write("server.js", become("hand 0")(source));
  await up();

  const seconds: number[] = [];
  let failed = 0;
  await using crowd = crowdAt({ addresses: [server.address], host: "hand.test", port });
  await new Promise((done) => setTimeout(done, 3000));
  await crowd.phase("before");
  for (let turn = 1; turn <= turns; turn++) {
    const from = Date.now();
    await write("server.js", become(`hand ${turn}`)(source));
    await up();
    await new Promise((done) => setTimeout(done, 3000));
    failed += (await crowd.phase(`turn ${turn}`)).failed;
    seconds.push(((crowd.allAre(`hand ${turn}`) ?? Number.NaN) - from) / 1000);
  }
  return { failed: Math.round(failed / turns), seconds: round(median(seconds)) };
}
