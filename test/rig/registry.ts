import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run, start } from "../../src/engine/process/index.ts";
import { cacheDir, contentKey, once } from "./cache.ts";
import { aptFor } from "./docker/apt.ts";
import { readSystem } from "./docker/system.ts";

export interface Registry extends AsyncDisposable {
  /** Host and port: what stands before an image's name. */
  address: string;
}

interface RegistryOptions {
  /** It answers nobody who has not logged in; there is one user, whose password nobody knows. */
  login?: true;
}

/** A registry of images on this machine's loopback, Debian's docker-registry, with nothing in it. */
export async function registry({ login }: RegistryOptions = {}): Promise<Registry> {
  const program = await fetchRegistry();
  const data = await mkdtemp(join(tmpdir(), "sistership-registry-"));
  const config = join(data, "config.yml");
  const ending = new AbortController();
  const settings = {
    version: 0.1,
    log: { level: "info" },
    storage: { filesystem: { rootdirectory: join(data, "images") } },
    http: { addr: "127.0.0.1:0" },
    ...(login ? { auth: { htpasswd: { realm: "test", path: join(data, "users") } } } : {}),
  };
  writeFileSync(join(data, "users"), "nobody:$2b$04$x/sk4TfHx3zgprb5KJfnUOELH3nyNniiSG/9VxBAeyl35R/FadIRm\n");
  writeFileSync(config, JSON.stringify(settings));
  const running = await start({ program, args: ["serve", config] }, { signal: ending.signal });
  const stop = async () => {
    ending.abort();
    await running.exited.catch(() => undefined);
    await rm(data, { recursive: true, force: true });
  };
  const listening = new Promise<string>((resolve, reject) => {
    const read = async () => {
      for await (const { text } of running) {
        const [, found] = /listening on (127\.0\.0\.1:\d+)/.exec(text) ?? [];
        if (found !== undefined) resolve(found);
      }
      reject(new Error(`The registry ended: ${running.last.join("\n")}`));
    };
    read().catch(reject);
  });
  const address = await listening.catch(async (thrown: unknown) => {
    await stop();
    throw thrown;
  });
  return { address, [Symbol.asyncDispose]: stop };
}

/** The program, unpacked into the cache: nothing of it is installed on the machine. */
async function fetchRegistry(): Promise<string> {
  const folder = cacheDir("registry");
  const { codename } = readSystem();
  await once("registry-program", contentKey(codename, folder), async () => {
    const debs = join(folder, "debs");
    for (const dir of ["debs", "programs"]) {
      rmSync(join(folder, dir), { recursive: true, force: true });
      mkdirSync(join(folder, dir), { recursive: true });
    }
    const apt = aptFor(codename, codename, join(folder, "apt"));
    await apt.update();
    await apt.download(["docker-registry"], debs);
    for (const deb of readdirSync(debs))
      await run({ program: "dpkg", args: ["-x", join(debs, deb), join(folder, "programs")] });
  });
  return join(folder, "programs/usr/bin/docker-registry");
}
