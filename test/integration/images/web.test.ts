import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { type Container, runContainer, runOnce } from "../../rig/docker/container.ts";
import { type Engine, engine } from "../../rig/docker/engine.ts";
import { image } from "../../rig/images/image.ts";

let docker: Engine;
before(async () => {
  docker = await engine();
});
const page = async (web: Container, path = "/") =>
  (await fetch(`http://${await web.address(80)}${path}`)).text();

describe("nginx:1.26", () => {
  const reference = "nginx:1.26";
  before(() => image(reference, { engine: docker }));
  const ready = /start worker process/;

  test("serves a default page from workers that are not root, and stops when told", async () => {
    await using web = await runContainer(docker, { image: reference, ports: [80] });
    await web.says(ready);
    assert.match(await page(web), /Welcome to nginx/);
    await web.says(/"GET \/ HTTP\/1.1" 200/);
    const users = await web.exec(["sh", "-c", "stat -c %U /proc/[0-9]*"]);
    assert.ok(users.stdout.split("\n").includes("nginx"));
    const { code, ms } = await web.stop();
    assert.equal(code, 0);
    assert.ok(ms < 8000, `it took ${Math.round(ms)} ms to stop`);
  });

  test("fills in templates and runs scripts before it starts", async () => {
    await using web = await runContainer(docker, {
      image: reference,
      ports: [80],
      env: { GREETING: "hello" },
      files: {
        "/etc/nginx/templates/default.conf.template":
          'server { listen 80; location / { default_type text/plain; return 200 "${GREETING} $uri"; } }',
        "/docker-entrypoint.d/90-own.sh": "#!/bin/sh\necho own script ran\n",
      },
    });
    // by two streams, between which there is no order
    await web.says(/own script ran/);
    await web.says(ready);
    assert.equal(await page(web, "/there"), "hello /there");
  });
});

describe("caddy:2", () => {
  const reference = "caddy:2";
  before(() => image(reference, { engine: docker }));
  const ready = /serving initial configuration/;

  test("serves a default page and stops when told", async () => {
    await using web = await runContainer(docker, { image: reference, ports: [80] });
    await web.says(ready);
    assert.match(await page(web), /Caddy works/);
    const { code, ms } = await web.stop();
    assert.equal(code, 0);
    assert.ok(ms < 8000, `it took ${Math.round(ms)} ms to stop`);
  });

  test("takes a Caddyfile, binds low ports without being root, keeps its data where the variables say", async () => {
    await using web = await runContainer(docker, {
      image: reference,
      ports: [80],
      options: ["--user", "1000:1000", "--env", "XDG_DATA_HOME=/tmp", "--env", "XDG_CONFIG_HOME=/tmp"],
      files: { "/etc/caddy/Caddyfile": ':80\nrespond "own {http.request.uri.path}"\n' },
    });
    await web.says(ready);
    assert.equal(await page(web, "/there"), "own /there");
    assert.equal(
      await runOnce(docker, reference, ["sh", "-c", "echo $XDG_CONFIG_HOME $XDG_DATA_HOME; pwd"]),
      "/config /data\n/srv",
    );
    assert.match(await runOnce(docker, reference, ["caddy", "version"]), /^v?2\./);
  });
});

describe("maildev/maildev:2.2.1", () => {
  const reference = "maildev/maildev:2.2.1";
  before(() => image(reference, { engine: docker }));

  test("catches a mail and shows it, as user node, and stops when told", async () => {
    await using mail = await runContainer(docker, {
      image: reference,
      ports: [1080],
      command: ["--verbose"],
    });
    await mail.says(/SMTP Server running/);
    const url = `http://${await mail.address(1080)}`;
    const send = `const s = require("net").connect(1025, "127.0.0.1");
const lines = ["HELO me", "MAIL FROM:<a@x.example>", "RCPT TO:<b@y.example>", "DATA", "Subject: Caught\\r\\n\\r\\nHello\\r\\n.", "QUIT"];
s.on("data", () => lines.length ? s.write(lines.shift() + "\\r\\n") : s.end());`;
    await mail.exec(["node", "-e", send]);
    await mail.says(/Saving email: Caught/);
    const mails: { subject: string }[] = JSON.parse(await (await fetch(`${url}/email`)).text());
    assert.deepEqual(
      mails.map(({ subject }) => subject),
      ["Caught"],
    );
    assert.equal((await fetch(`${url}/healthz`)).status, 200);
    assert.equal((await mail.exec(["id", "-un"])).stdout.trim(), "node");
    const { ms } = await mail.stop();
    assert.ok(ms < 8000, `it took ${Math.round(ms)} ms to stop`);
  });
});

for (const reference of ["debian:12", "debian:13"]) {
  describe(reference, () => {
    before(() => image(reference, { engine: docker }));

    test("installs a package and keeps nothing of apt's downloads", async () => {
      const version = reference.slice("debian:".length);
      const script = `. /etc/os-release; echo $VERSION_ID
apt-get -qq update && apt-get -qq install -y --no-install-recommends hello >/dev/null 2>&1 && hello
ls /var/cache/apt/archives/*.deb 2>/dev/null || echo nothing kept`;
      const said = await runOnce(docker, reference, ["sh", "-c", script]);
      assert.equal(said, `${version}\nHello, world!\nnothing kept`);
    });
  });
}
