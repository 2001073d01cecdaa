import { cpSync, mkdirSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { run } from "../../../src/engine/process/index.ts";
import { cacheDir, contentKey, once } from "../cache.ts";
import { aptFor } from "./apt.ts";
import { readSystem } from "./system.ts";

/** A later generation of Compose than the rig's own, beside it: Debian's next release has it. */
export async function fetchCompose(suite = "testing"): Promise<string> {
  const folder = cacheDir("docker-newer");
  const plugins = join(folder, "config/cli-plugins");
  await once("docker-newer", contentKey(suite, folder), async () => {
    rmSync(folder, { recursive: true, force: true });
    const debs = join(folder, "debs");
    for (const dir of [debs, plugins]) mkdirSync(dir, { recursive: true });
    const apt = aptFor(suite, readSystem().codename, join(folder, "apt"));
    await apt.update();
    await apt.download(["docker-compose"], debs);
    for (const deb of readdirSync(debs))
      await run({ program: "dpkg", args: ["-x", join(debs, deb), join(folder, "programs")] });
    symlinkSync(
      join(folder, "programs/usr/libexec/docker/cli-plugins/docker-compose"),
      join(plugins, "docker-compose"),
    );
    cpSync(join(cacheDir("docker"), "config/cli-plugins/docker-buildx"), join(plugins, "docker-buildx"));
    rmSync(debs, { recursive: true });
  });
  return join(folder, "config");
}
