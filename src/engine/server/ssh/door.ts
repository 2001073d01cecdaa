import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream";
import type { Link } from "../link.ts";
import { EngineSocket } from "./engineSocket.ts";

/** The Docker engine of a server at a place of this machine, as DOCKER_HOST names it. */
export interface Door extends AsyncDisposable {
  host: string;
}

/** For programs such as docker itself, which know no connections of ours. Only this user can use it, and only while it is open. */
export async function doorTo(link: Link, platform: NodeJS.Platform = process.platform): Promise<Door> {
  const engine = new EngineSocket(link);
  const closing = new AbortController();
  const open = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (here) => {
    open.add(here);
    here.once("close", () => open.delete(here));
    here.on("error", () => {}); // who uses it hears of it
    engine.connect(closing.signal).then(
      (there) => {
        pipeline(here, there, () => {});
        pipeline(there, here, () => here.destroy());
      },
      () => here.destroy(),
    );
  });
  const { path, host, folder } = await placeFor(platform);
  server.listen(path);
  await once(server, "listening");
  return {
    host,
    async [Symbol.asyncDispose]() {
      closing.abort();
      for (const one of open) one.destroy();
      server.close();
      await once(server, "close");
      if (folder !== undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}

async function placeFor(platform: NodeJS.Platform): Promise<{ path: string; host: string; folder?: string }> {
  if (platform === "win32") {
    const name = `pipe/sistership-${randomUUID()}`;
    return { path: `\\\\.\\${name.replace("/", "\\")}`, host: `npipe:////./${name}` };
  }
  // made by mkdtemp, it is this user's alone
  const folder = await mkdtemp(join(tmpdir(), "sistership-door-"));
  const path = join(folder, "docker.sock");
  return { path, host: `unix://${path}`, folder };
}
