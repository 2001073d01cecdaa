import { existsSync, readFileSync } from "node:fs";

export interface System {
  platform: string;
  /** As /etc/os-release has them: "debian", "12", "bookworm". */
  id: string;
  version: string;
  codename: string;
}

/** Which system this machine runs. */
export function readSystem(file = "/etc/os-release"): System {
  const fields = new Map<string, string>();
  if (existsSync(file)) {
    for (const line of readFileSync(file, "utf8").split("\n")) {
      const [, name, value] = /^(\w+)="?([^"]*)"?$/.exec(line) ?? [];
      if (name !== undefined && value !== undefined) fields.set(name, value);
    }
  }
  return {
    platform: process.platform,
    id: fields.get("ID") ?? process.platform,
    version: fields.get("VERSION_ID") ?? "",
    codename: fields.get("VERSION_CODENAME") ?? "",
  };
}
