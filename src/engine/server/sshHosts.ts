import { type Directive, readConfig, words } from "./ssh/index.ts";

/** A host that the user's SSH configuration names. */
export interface SshHost {
  name: string;
  file: string;
  line: number;
}

/** The hosts that an SSH configuration and the files it includes name; patterns are not hosts. */
export function sshHosts(file: string, home: string): SshHost[] {
  const hosts = new Map<string, SshHost>();
  const look = (directives: readonly Directive[]) => {
    for (const { keyword, rest, file, line, included } of directives) {
      included?.forEach(look);
      if (keyword !== "host") continue;
      for (const name of words(rest) ?? []) {
        if (/[*?!]/.test(name) || name.startsWith("-") || hosts.has(name)) continue;
        hosts.set(name, { name, file, line });
      }
    }
  };
  look(readConfig(file, home));
  return [...hosts.values()];
}
