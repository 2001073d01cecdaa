import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { run } from "../../../src/engine/process/index.ts";
import { runContainer, runOnce } from "../../rig/docker/container.ts";
import { type Engine, engine } from "../../rig/docker/engine.ts";
import { labelArgs } from "../../rig/docker/labels.ts";
import { image } from "../../rig/images/image.ts";

let docker: Engine;
before(async () => {
  docker = await engine();
});
const sh = (reference: string, script: string, ...options: string[]) =>
  runOnce(docker, reference, ["sh", "-euc", script], options);

for (const reference of ["node:22", "node:24", "node:22-slim", "node:24-slim"]) {
  describe(reference, () => {
    before(() => image(reference, { engine: docker }));
    const major = reference.slice(5, 7);

    test("is that Node, with npm, yarn and corepack, and a user node of number 1000", async () => {
      assert.match(await runOnce(docker, reference, ["-p", "process.version"]), new RegExp(`^v${major}\\.`));
      assert.match(
        await sh(
          reference,
          "npm --version; npx --version; yarn --version; corepack --version; id node; echo $NODE_VERSION",
        ),
        new RegExp(
          `^\\d+\\.\\d+.*\n\\d+\\..*\n1\\.22\\.\\d+\n0\\.\\d+.*\nuid=1000\\(node\\) gid=1000\\(node\\).*\n${major}\\.`,
        ),
      );
    });

    test("installs a package, also as user node, and pnpm by corepack", async () => {
      const script =
        'cd "$HOME"; npm init -y >/dev/null; npm install --silent is-odd; node -p "require(\'is-odd\')(3)"';
      assert.equal(await sh(reference, script, "--user", "node", "--env", "HOME=/home/node"), "true");
      const pnpm = "corepack enable; corepack prepare pnpm@10.12.1 --activate >/dev/null; pnpm --version";
      assert.equal(await sh(reference, pnpm), "10.12.1");
    });

    test("runs a script as what it is asked to, and passes signals on", async () => {
      const server =
        "process.on('SIGTERM', () => { console.log('bye'); process.exit(7) }); setInterval(() => {}, 1000); console.log('up')";
      await using app = await runContainer(docker, {
        image: reference,
        files: { "/app/server.js": server },
        command: ["/app/server.js"],
      });
      await app.says(/^up$/);
      const { code, ms } = await app.stop();
      assert.equal(code, 7);
      assert.ok(ms < 5000, `it took ${Math.round(ms)} ms to stop`);
    });
  });
}

for (const reference of ["python:3.11", "python:3.13", "python:3.11-slim", "python:3.13-slim"]) {
  describe(reference, () => {
    before(() => image(reference, { engine: docker }));
    const [, version = ""] = /:(3\.\d+)/.exec(reference) ?? [];

    test("is that Python under all its names", async () => {
      for (const name of ["python", "python3", `python${version}`]) {
        assert.match(
          await runOnce(docker, reference, [name, "--version"]),
          new RegExp(`^Python ${version}\\.`),
        );
      }
      assert.equal(await sh(reference, "command -v python"), "/usr/local/bin/python");
    });

    test("installs packages without a virtual environment, where others look for them", async () => {
      const where = `/usr/local/lib/python${version}/site-packages`;
      const script = `pip install --quiet --no-cache-dir six cowsay 2>&1 | grep -v notice || true; python -c "import six; print('six', six.__version__)"; ls -d ${where}/six.py; command -v cowsay`;
      assert.match(
        await sh(reference, script),
        new RegExp(`^six .*\n${where}/six.py\n/usr/local/bin/cowsay$`, "m"),
      );
      const venv =
        "python -m venv /tmp/v; /tmp/v/bin/pip install --quiet six; /tmp/v/bin/python -c 'import six; print(six.__file__)'";
      assert.match(await sh(reference, venv, "--user", "1000:1000", "--env", "HOME=/tmp"), /^\/tmp\/v\/lib/m);
    });

    test("has a compiler if, and only if, it is the full one", async () => {
      const found = await sh(reference, "command -v gcc git pg_config || echo none");
      assert.equal(found === "none", reference.endsWith("-slim"), found);
    });
  });
}

test("packages copied from one stage to the next are found there", async () => {
  await image("python:3.13", { engine: docker });
  await image("python:3.13-slim", { engine: docker });
  const dockerfile = `FROM python:3.13 AS build
RUN pip install --no-cache-dir six
FROM python:3.13-slim
COPY --from=build /usr/local/lib/python3.13/site-packages /usr/local/lib/python3.13/site-packages
COPY --from=build /usr/local/bin /usr/local/bin
CMD ["python", "-c", "import six; print(six.__name__)"]
`;
  await using built = await buildImage(docker, dockerfile);
  assert.equal(await runOnce(docker, built.id, []), "six");
});

for (const reference of ["golang:1.24", "golang:1.26"]) {
  describe(reference, () => {
    before(() => image(reference, { engine: docker }));

    test("builds a program with a module of others", async () => {
      const version = reference.slice("golang:".length);
      assert.match(await sh(reference, "go version"), new RegExp(`go${version}\\.`));
      assert.equal(await sh(reference, "pwd; go env GOPATH"), "/go\n/go");
      const script = `mkdir app && cd app && go mod init example.com/app 2>/dev/null
cat > main.go <<'X'
package main

import "golang.org/x/sync/errgroup"

func main() {
	var group errgroup.Group
	group.Go(func() error { println("Hello from a module"); return nil })
	group.Wait()
}
X
go get golang.org/x/sync@v0.10.0 2>/dev/null && CGO_ENABLED=0 go build -o /tmp/app . && /tmp/app 2>&1`;
      assert.equal(await sh(reference, script), "Hello from a module");
    });
  });
}

for (const reference of ["ruby:3.1", "ruby:3.3", "ruby:3.3-slim"]) {
  describe(reference, () => {
    before(() => image(reference, { engine: docker }));

    test("is that Ruby, with Bundler, and installs a Gemfile of the usual gems", async () => {
      const version = reference.slice(5, 8);
      assert.match(
        await sh(reference, "ruby --version; bundle --version"),
        new RegExp(`^ruby ${version}.*\nBundler version`),
      );
      const script = `mkdir /app && cd /app
printf "gem 'sinatra'\\ngem 'puma'\\ngem 'pg'\\n" > Gemfile
bundle install --local --quiet
bundle exec ruby -e "require 'sinatra/base'; require 'pg'; puts Sinatra::VERSION"`;
      assert.match(await sh(reference, script), /^\d+\.\d+/);
    });
  });
}

async function buildImage(at: Engine, dockerfile: string): Promise<{ id: string } & AsyncDisposable> {
  const build = {
    program: "docker",
    args: ["build", "--quiet", ...labelArgs(), "-"],
    env: at.env,
    input: dockerfile,
  };
  const id = (await run(build)).stdout.trim();
  return {
    id,
    [Symbol.asyncDispose]: async () => {
      await run({ program: "docker", args: ["image", "rm", "--force", id], env: at.env });
    },
  };
}
