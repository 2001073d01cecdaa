// Runs a script of ours with what it needs: `node test/start.mjs script.ts …`. Plain JavaScript, for the Node that is
// there (20 or newer) may not read TypeScript; the Node that package.json brings does.
import { spawn, spawnSync } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import { delimiter, join } from "node:path";

const root = join(import.meta.dirname ?? ".", "..");
const modules = join(root, "node_modules");

if (Number(process.versions.node.split(".")[0]) < 20) {
  fail(`Node ${process.versions.node} is too old: install Node 20 or newer.`);
}
install();
const bin = join(modules, ".bin");
const run = randomUUID();
const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` };
watchOver(run);
const child = spawn(join(bin, "node"), process.argv.slice(2), {
  cwd: root,
  stdio: "inherit",
  env: { ...env, SISTERSHIP_RUN: run },
});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));

// npm that is killed tells nobody; its child is given to another parent.
const parent = process.ppid;
setInterval(() => process.ppid === parent || process.exit(1), 1000).unref();

/** Starts the reaper, which clears up after this run, however it ends. */
function watchOver(name) {
  if (process.platform !== "linux") return; // the rig's Docker, servers and editor are for Debian
  const reaper = spawn(join(bin, "node"), [join(root, "test/rig/reaper.ts"), name], {
    cwd: root,
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
    env,
  });
  reaper.unref();
  reaper.stdin.unref();
}

/**
 * Installs the packages that package-lock.json names, unless these very ones stand already. Not by `npm ci`: it refuses a
 * lock that leaves out other platforms' optional packages, as one made where a registry does not carry them must.
 */
function install() {
  const stamp = join(modules, ".installed");
  const wanted = createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  console.error("Installing the packages of package-lock.json…");
  const { status } = spawnSync(
    "npm",
    ["install", "--no-save", "--no-audit", "--no-fund", "--loglevel=error"],
    {
      cwd: root,
      stdio: ["ignore", "inherit", "inherit"],
      shell: process.platform === "win32",
    },
  );
  if (status !== 0) fail("The packages could not be installed: check the network, then try again.");
  writeFileSync(stamp, wanted);
}

function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}
