import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { after, describe, test } from "node:test";

const root = join(import.meta.dirname, "../../..");
const folder = mkdtempSync(join(tmpdir(), "sistership-"));
after(() => rmSync(folder, { recursive: true }));

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs the CLI in a process of its own, with a journal of its own. */
function sistership(
  args: string[],
  env: NodeJS.ProcessEnv = {},
  onOutput?: (kill: () => void) => void,
): Promise<Ended> {
  const child = spawn(process.execPath, [join(root, "src/cli.ts"), ...args], {
    env: { ...process.env, XDG_STATE_HOME: folder, NO_COLOR: "1", ...env },
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
    onOutput?.(() => child.kill("SIGINT"));
  });
  child.stderr.on("data", (chunk) => (stderr += chunk));
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, stdout, stderr })));
}

describe("sistership", () => {
  const cases = [
    { args: ["--help"], code: 0, stdout: /Usage: sistership.*\n[\s\S]*doctor/, stderr: /^$/ },
    { args: [], code: 0, stdout: /Usage: sistership/, stderr: /^$/ },
    { args: ["--version"], code: 0, stdout: /^\d+\.\d+\.\d+\n$/, stderr: /^$/ },
    { args: ["doctor", "--help"], code: 0, stdout: /--json/, stderr: /^$/ },
    {
      args: ["doctr"],
      code: 2,
      stdout: /^$/,
      stderr: /unknown command 'doctr'\n\(Did you mean doctor\?\)[\s\S]*Usage:/,
    },
    { args: ["--bogus"], code: 2, stdout: /^$/, stderr: /unknown option '--bogus'[\s\S]*Usage:/ },
    {
      args: ["doctor", "--bogus"],
      code: 2,
      stdout: /^$/,
      stderr: /unknown option '--bogus'[\s\S]*Usage: sistership doctor/,
    },
    {
      args: ["doctor", "a", "b"],
      code: 2,
      stdout: /^$/,
      stderr: /too many arguments[\s\S]*Usage: sistership doctor/,
    },
  ];
  for (const { args, code, stdout, stderr } of cases) {
    test(`${args.join(" ") || "with no arguments"} ends with ${code}`, async () => {
      const ended = await sistership(args);
      assert.equal(ended.code, code);
      assert.match(ended.stdout, stdout);
      assert.match(ended.stderr, stderr);
    });
  }

  test("ends with 1 when something is wrong, and says what in one line for each", async () => {
    const { code, stderr } = await sistership(["doctor"], {
      DOCKER_HOST: "unix:///none.sock",
      PATH: "/none",
    });
    assert.equal(code, 1);
    // side by side, so in the order in which they end
    const expected = [
      /^✗ Docker engine {2}No Docker engine was found at \/none\.sock: install /,
      /^✗ Docker Compose {2}docker was not found/,
      /^✗ Docker Buildx {2}docker was not found/,
      /^. Disk space {2}/,
      /^. The project's folder {2}/,
      /^. Ports {2}/,
      ...["Docker on this machine", "Shared folders", "Memory", "Docker's clock", "Proxy"].map(
        (title) => new RegExp(`^– ${title}  Docker does not answer$`),
      ),
    ];
    const lines = stderr.trimEnd().split("\n");
    assert.equal(lines.length, expected.length, stderr);
    for (const line of expected) assert.equal(lines.filter((one) => line.test(one)).length, 1, `${line}`);
  });

  test("says of a stage that there is none, and of a server why it is not reached", async () => {
    const project = join(folder, "staged");
    mkdirSync(project);
    const config = join(folder, "ssh_config");
    writeFileSync(config, "Host fra1\n  HostName 127.0.0.1\n  Port 1\n");
    writeFileSync(
      join(project, "sistership.yaml"),
      "name: shop\nruntime: node@22\nprocesses:\n  web: { run: node server.js, port: 3000 }\nstages:\n  production: { servers: [fra1] }\n",
    );
    const deploy = (stage: string) =>
      sistership(["deploy", stage, "--yes", "--folder", project, "--ssh-config", config]);
    const nowhere = await deploy("staging");
    assert.equal(nowhere.code, 1);
    assert.match(nowhere.stderr, /There is no stage "staging" in sistership\.yaml: choose from production\./);
    const unreached = await deploy("production");
    assert.equal(unreached.code, 1);
    assert.match(unreached.stderr, /^fra1 could not be reached over SSH: .*refused/m);
  });

  test("--json prints one report a line and keeps them in the journal", async () => {
    const { code, stdout, stderr } = await sistership(["doctor", "--json"], {
      DOCKER_HOST: "unix:///none.sock",
      PATH: "/none",
    });
    const reports = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    assert.deepEqual([code, stderr], [1, ""]);
    assert.deepEqual([reports[0].kind, reports.at(-1).kind], ["began", "ended"]);
    assert.ok(readFileSync(join(folder, "sistership/activity.jsonl"), "utf8").includes(reports[0].operation));
  });

  test("detect, init and generate take a repository to its files, and tell what was changed by hand", async () => {
    const project = join(folder, "project");
    cpSync(join(root, "test/apps/go-links"), project, { recursive: true });
    const json = JSON.parse((await sistership(["detect", project, "--json"])).stdout);
    assert.equal(json.profile.runtime, "go@1.24");
    assert.match(
      (await sistership(["generate", project])).stderr,
      /sistership\.yaml does not exist: make one with "sistership init"/,
    );
    assert.equal((await sistership(["init", "--yes", project])).code, 0);
    assert.match(
      (await sistership(["init", "--yes", project])).stderr,
      /exists already and was left as it is/,
    );
    assert.equal((await sistership(["generate", "--check", project])).code, 1);
    assert.match((await sistership(["generate", project])).stdout, /Wrote \.sistership\/Dockerfile/);
    assert.equal((await sistership(["generate", "--check", project])).code, 0);

    const dockerfile = join(project, ".sistership/Dockerfile");
    const changed = `${readFileSync(dockerfile, "utf8")}# mine\n`;
    writeFileSync(dockerfile, changed);
    const { code, stderr } = await sistership(["generate", project]);
    assert.deepEqual([code, readFileSync(dockerfile, "utf8")], [1, changed]);
    assert.match(stderr, /\.sistership\/Dockerfile was changed by hand and is left as it is/);
    assert.match((await sistership(["generate", "--diff", project])).stdout, /^-# mine$/m);

    writeFileSync(join(project, "sistership.yaml"), "name: x\nruntim: go@1.24\n");
    const wrong = await sistership(["generate", project]);
    assert.equal(wrong.code, 1);
    assert.match(wrong.stderr, /sistership\.yaml:2:1 error: .*runtime/);
  });

  test("a folder that says nothing of itself: detect ends with 1, with an empty profile", async () => {
    const empty = join(folder, "empty");
    mkdirSync(empty);
    const { code, stdout } = await sistership(["detect", empty, "--json"]);
    assert.deepEqual([code, JSON.parse(stdout).profile], [1, {}]);
  });

  test("ends with 130 when it is cancelled, and its programs with it", async () => {
    // a docker that answers nothing
    const docker = join(folder, "docker");
    writeFileSync(docker, "#!/bin/sh\nexec sleep 60\n");
    chmodSync(docker, 0o755);
    const env = { DOCKER_HOST: "unix:///none.sock", PATH: `${folder}${delimiter}${process.env.PATH}` };
    let text = 0;
    const { code, stdout, stderr } = await sistership(["doctor", "--json"], env, (kill) => {
      if (++text && text === 1) kill();
    });
    assert.equal(code, 130);
    assert.match(stdout, /"outcome":"cancelled"/);
    assert.match(stderr, /was cancelled\.\n$/);
  });
});
