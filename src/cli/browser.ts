import { run } from "../engine/process/index.ts";
import type { World } from "./context.ts";

const openers: Partial<Record<NodeJS.Platform, [string, ...string[]]>> = {
  darwin: ["open"],
  win32: ["explorer"],
};

/** Opens a page by the system's own program. Where there is none, as on a server, the address that was printed serves. */
export async function openInBrowser(url: string, { platform, env }: World): Promise<void> {
  const [program, ...args] = openers[platform] ?? ["xdg-open"];
  // Windows' explorer ends with 1 however it went
  await run({ program, args: [...args, url], env }, { accept: [0, 1], timeoutMs: 10_000 }).catch(() => {});
}
