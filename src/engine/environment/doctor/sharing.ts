import { realpathSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, sep } from "node:path";
import { findEndpoint, inspectEngine, type Machine } from "../../docker/index.ts";
import { fault } from "../../process/index.ts";
import type { Check } from "./check.ts";

/** Docker Desktop has a machine of its own, which sees those folders of this one that it is told to share. */
export const sharingCheck: Check = {
  id: "sharing",
  title: "Shared folders",
  why: "Docker Desktop mounts only what lies in a folder that it shares: the source of a project, too.",
  command: "docker run --rm --volume .:/shared busybox ls /shared",
  async look({ folder, machine }, signal) {
    const { system } = await inspectEngine(findEndpoint(machine), signal);
    if (!/Docker Desktop/i.test(system)) return "Docker sees all of this machine";
    const settings = await settingsOf(machine);
    if (settings === undefined) return "Docker Desktop does not say which";
    // with WSL, Docker Desktop sees the disks of Windows as a whole
    if (machine.platform === "win32" && settings.wsl)
      return "Docker Desktop sees all of this machine, by WSL";
    const shared = settings.folders ?? usual(machine);
    const place = realpathSync(folder);
    const by = shared.find((one) => isIn(place, one, machine) || isIn(folder, one, machine));
    if (by === undefined) throw fault("mount-denied", [folder]);
    return `Docker Desktop shares ${by}`;
  },
};

interface Settings {
  /** Undefined where nobody changed them. */
  folders?: string[];
  wsl: boolean;
}

/** Newer releases keep their settings in settings-store.json, older ones in settings.json, by other names. */
async function settingsOf({ platform, home, env }: Machine): Promise<Settings | undefined> {
  const folder =
    platform === "darwin"
      ? join(home, "Library/Group Containers/group.com.docker")
      : platform === "win32"
        ? join(env.APPDATA ?? join(home, "AppData/Roaming"), "Docker")
        : join(home, ".docker/desktop");
  for (const name of ["settings-store.json", "settings.json"]) {
    const said = await readFile(join(folder, name), "utf8")
      .then(JSON.parse)
      .catch(() => undefined);
    if (typeof said !== "object" || said === null) continue;
    const fields = new Map(Object.entries(said).map(([key, value]) => [key.toLowerCase(), value]));
    const folders = fields.get("filesharingdirectories");
    return {
      ...(Array.isArray(folders) ? { folders: folders.map(String) } : {}),
      wsl: fields.get("wslengineenabled") !== false,
    };
  }
  return undefined;
}

/** What Docker Desktop shares where nobody told it otherwise. */
function usual({ platform, home }: Machine): string[] {
  if (platform === "darwin") return ["/Users", "/Volumes", "/private", "/tmp", "/var/folders"];
  return platform === "win32" ? [home.slice(0, 3)] : [home];
}

function isIn(place: string, folder: string, { platform }: Machine): boolean {
  const same = (path: string) => (platform === "linux" ? path : path.toLowerCase());
  const whole = same(folder).replace(/[\\/]+$/, "");
  return same(place) === whole || same(place).startsWith(`${whole}${sep}`);
}
