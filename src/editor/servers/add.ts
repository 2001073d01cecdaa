import * as vscode from "vscode";
import type { Entry, KnownServer } from "../../engine/server/index.ts";

const names = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/;

/** Asks which server is meant and what it is called: a host of the SSH configuration, or one that is typed. */
export async function askServer(all: readonly KnownServer[]): Promise<Entry | undefined> {
  const taken = new Set(all.filter(({ from }) => from !== "ssh").map(({ name }) => name));
  const hosts = all.filter(({ from, name }) => from === "ssh" && !taken.has(name)).map(({ name }) => name);
  const address = await pickAddress(hosts);
  if (address === undefined) return undefined;
  if (hosts.includes(address)) return { name: address, address };
  const name = await vscode.window.showInputBox({
    title: vscode.l10n.t("What is {0} called?", address),
    prompt: vscode.l10n.t("Stages of sistership.yaml name it so."),
    value: freeName(address, taken),
    ignoreFocusOut: true,
    validateInput: (text) => {
      if (!names.test(text))
        return vscode.l10n.t("Small letters, digits, dots and hyphens, a letter or digit first and last.");
      return taken.has(text) ? vscode.l10n.t("There is a server of that name already.") : undefined;
    },
  });
  return name === undefined ? undefined : { name, address };
}

interface Item extends vscode.QuickPickItem {
  address: string;
}

/** The hosts of the SSH configuration; what is typed and is none of them is an address of its own. */
function pickAddress(hosts: readonly string[]): Promise<string | undefined> {
  const picker = vscode.window.createQuickPick<Item>();
  const known = hosts.map(
    (host): Item => ({ label: host, iconPath: new vscode.ThemeIcon("server"), address: host }),
  );
  picker.title = vscode.l10n.t("Add a server");
  picker.placeholder =
    hosts.length > 0
      ? vscode.l10n.t("Pick a host of your SSH configuration, or type user@host")
      : vscode.l10n.t("Type user@host, or user@host:port");
  picker.ignoreFocusOut = true;
  picker.items = known;
  return new Promise((resolve) => {
    picker.onDidChangeValue((value) => {
      const address = value.trim();
      const typed: Item = {
        label: vscode.l10n.t("Connect to {0}", address),
        iconPath: new vscode.ThemeIcon("add"),
        alwaysShow: true,
        address,
      };
      picker.items = address === "" || hosts.includes(address) ? known : [...known, typed];
    });
    picker.onDidAccept(() => {
      resolve(picker.selectedItems[0]?.address);
      picker.dispose();
    });
    picker.onDidHide(() => {
      resolve(undefined);
      picker.dispose();
    });
    picker.show();
  });
}

/** `deploy@fra1.example.com:2222` is fra1; an address made of numbers has no name in it. */
function freeName(address: string, taken: ReadonlySet<string>): string {
  const host = address.replace(/^.*@/, "").replace(/^\[|\].*$|:\d+$/g, "");
  const base = /^[\d.]+$|:/.test(host) ? "server" : (host.split(".")[0] ?? "server");
  const numbered = [base, ...Array.from({ length: taken.size + 1 }, (_, at) => `${base}-${at + 2}`)];
  return numbered.find((name) => !taken.has(name)) ?? base;
}

/** For whom a server is kept; asked only where there is a project to share it with. Undefined: for nobody. */
export async function askForWhom(): Promise<{ team: vscode.Uri | undefined } | undefined> {
  const projects: vscode.Uri[] = [];
  for (const { uri } of vscode.workspace.workspaceFolders ?? []) {
    const profile = vscode.Uri.joinPath(uri, "sistership.yaml");
    await vscode.workspace.fs.stat(profile).then(
      () => projects.push(uri),
      () => {},
    );
  }
  if (projects.length === 0) return { team: undefined };
  const items: (vscode.QuickPickItem & { team: vscode.Uri | undefined })[] = [
    {
      label: vscode.l10n.t("Only for me"),
      description: vscode.l10n.t("in your settings"),
      team: undefined,
    },
    ...projects.map((team) => ({
      label: vscode.l10n.t("For everybody who works on {0}", team.path.split("/").at(-1) ?? ""),
      description: "sistership.servers.yaml",
      detail: vscode.l10n.t(
        "A file to commit. It holds the address and no secret; everybody connects with their own key.",
      ),
      team,
    })),
  ];
  return vscode.window.showQuickPick(items, {
    title: vscode.l10n.t("Whose server is it?"),
    ignoreFocusOut: true,
  });
}
