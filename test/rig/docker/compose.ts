import { mkdirSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { run } from "../../../src/engine/process/index.ts";
import { cacheDir, contentKey, once } from "../cache.ts";
import { aptFor } from "./apt.ts";
import { readSystem } from "./system.ts";

/** A later generation of Compose and Buildx than the rig's own, beside it: Debian's next release has it. */
export async function fetchCompose(suite = "testing"): Promise<string> {
  const folder = cacheDir("docker-newer");
  const plugins = join(folder, "config/cli-plugins");
  await once("docker-newer", contentKey(suite, folder, "buildx"), async () => {
    rmSync(folder, { recursive: true, force: true });
    const debs = join(folder, "debs");
    for (const dir of [debs, plugins]) mkdirSync(dir, { recursive: true });
    const apt = aptFor(suite, readSystem().codename, join(folder, "apt"));
    await apt.update();
    await apt.download(["docker-compose", "docker-buildx"], debs);
    for (const deb of readdirSync(debs))
      await run({ program: "dpkg", args: ["-x", join(debs, deb), join(folder, "programs")] });
    for (const plugin of ["docker-compose", "docker-buildx"])
      symlinkSync(join(folder, "programs/usr/libexec/docker/cli-plugins", plugin), join(plugins, plugin));
    rmSync(debs, { recursive: true });
  });
  return join(folder, "config");
}
