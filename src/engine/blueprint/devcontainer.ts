import type { Profile } from "../profile/index.ts";
import { workspaceFolder, workspaceService } from "./compose.ts";
import { type EditorHints, stackOf } from "./stacks/index.ts";

/** Adoptable: project name, user, mounts and tools stand in compose and Dockerfile, so that nothing is added here. */
export function devcontainer(profile: Profile): string {
  const hints = Object.keys(profile.images).flatMap((name) => stackOf(profile, name)?.editor ?? []);
  const fields: [string, unknown, string?][] = [
    ["name", profile.name],
    ["dockerComposeFile", ["../.sistership/compose.yaml"], "The same containers that Sistership starts."],
    ["service", workspaceService(profile), "The service that the editor lives in."],
    ["workspaceFolder", workspaceFolder(profile)],
    ["shutdownAction", "none", "Closing the window stops nothing."],
    ...(hints.length > 0
      ? [
          ["remoteUser", "app", "A user without rights, with the numbers of yours."] as [
            string,
            unknown,
            string,
          ],
        ]
      : []),
    ["updateRemoteUserUID", false],
    [
      "portsAttributes",
      ports(profile),
      "Compose publishes these ports on this machine already: forwarding them again would move them.",
    ],
    ["otherPortsAttributes", { onAutoForward: "ignore" }],
    ...(hints.length > 0
      ? [
          ["postStartCommand", ["sistership-setup"], "Installs what was added since."] as [
            string,
            unknown,
            string,
          ],
        ]
      : []),
    ["customizations", { vscode: { extensions: extensions(hints), settings: settings(hints) } }],
  ];
  const body = fields
    .filter(([, value]) => JSON.stringify(value) !== "{}")
    .map(([key, value, why]) => {
      const text = `  ${JSON.stringify(key)}: ${JSON.stringify(value, null, 2).replaceAll("\n", "\n  ")}`;
      return why === undefined ? text : `  // ${why}\n${text}`;
    });
  return `{\n${body.join(",\n")}\n}\n`;
}

function ports(profile: Profile): Record<string, unknown> {
  const all = [...Object.values(profile.processes), ...Object.values(profile.services)];
  return Object.fromEntries(
    all.flatMap(({ name, port }) => (port ? [[String(port), { label: name, onAutoForward: "silent" }]] : [])),
  );
}

function extensions(hints: readonly EditorHints[]): string[] {
  return [...new Set(hints.flatMap((hint) => hint.extensions))].sort();
}

function settings(hints: readonly EditorHints[]): Record<string, unknown> {
  return Object.assign({}, ...hints.map((hint) => hint.settings));
}

/** What an editor is told to debug the application in its container. */
export function configurationsOf(profile: Profile) {
  return Object.values(profile.processes)
    .filter((process) => debuggerOf(profile, process.name) !== undefined)
    .map(({ name }) => ({ name: `Debug ${name}`, type: "sistership", request: "attach", process: name }));
}

/** `.vscode/launch.json` for who wants F5 to do it; undefined where no debugger is there. */
export function debugConfigurations(profile: Profile): string | undefined {
  const configurations = configurationsOf(profile);
  if (configurations.length === 0) return undefined;
  return `${JSON.stringify({ version: "0.2.0", configurations }, null, 2)}\n`;
}

/** Languages whose debuggers the images for developing have. */
const debugged = ["node", "python", "php", "go"] as const;
export type DebuggerKind = (typeof debugged)[number];

/** The language whose debugger the image for developing has. */
export function debuggerOf(profile: Profile, process: string): DebuggerKind | undefined {
  const image = profile.images[profile.processes[process]?.image ?? ""];
  const language = image?.dockerfile === undefined ? image?.runtime?.language : undefined;
  return debugged.find((one) => one === language);
}
