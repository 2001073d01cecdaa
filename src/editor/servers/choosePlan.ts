import * as vscode from "vscode";
import type { Operation, SetUpPlan, Wishes } from "../../engine/server/index.ts";

interface Item extends vscode.QuickPickItem {
  does?: "begin" | "read" | "user" | { leaveOut: "firewall" | "swap" };
}

interface Wanted {
  server: string;
  wishes: Wishes;
  /** What follows from wishes. */
  plan(wishes: Wishes): SetUpPlan;
  /** Shows it as a page, with every command. */
  read(plan: SetUpPlan): Promise<void>;
}

/** Shows a plan before it is run: each step with its reason; what may be left out is taken away by a press. Undefined: not now. */
export function choosePlan({ server, wishes: first, plan, read }: Wanted): Promise<SetUpPlan | undefined> {
  const picker = vscode.window.createQuickPick<Item>();
  let wishes = first;
  let shown = plan(wishes);
  const show = () => {
    shown = plan(wishes);
    picker.items = itemsOf(server, shown, wishes);
  };
  picker.title = vscode.l10n.t("Set up {0}", server);
  picker.placeholder = vscode.l10n.t("What will be done there, in this order. Nothing has been changed yet.");
  picker.matchOnDetail = true;
  picker.ignoreFocusOut = true;
  picker.buttons = [readButton];
  show();
  return new Promise((resolve) => {
    const settle = (chosen: SetUpPlan | undefined) => {
      resolve(chosen);
      picker.dispose();
    };
    picker.onDidTriggerButton(() => void read(shown));
    picker.onDidHide(() => settle(undefined));
    picker.onDidAccept(async () => {
      const does = picker.selectedItems[0]?.does;
      if (does === "begin") return settle(shown);
      if (does === "read") return void read(shown);
      if (typeof does === "object") {
        wishes = { ...wishes, [does.leaveOut]: wishes[does.leaveOut] === false };
        show();
      }
      if (does === "user") {
        const user = await askUser(wishes.user?.name);
        const { user: _, ...others } = wishes;
        wishes = user === undefined ? others : { ...others, user };
        show();
        picker.show();
      }
    });
    picker.show();
  });
}

const readButton: vscode.QuickInputButton = {
  iconPath: new vscode.ThemeIcon("open-preview"),
  tooltip: "Read it as a page, with every command",
};

function itemsOf(server: string, { operations }: SetUpPlan, wishes: Wishes): Item[] {
  const needed = operations.filter(({ state }) => state.needed);
  const already = operations.filter(({ state }) => !state.needed);
  return [
    {
      label: `$(play) ${vscode.l10n.t("Set up {0} now", server)}`,
      description: needed.length === 1 ? vscode.l10n.t("1 step") : vscode.l10n.t("{0} steps", needed.length),
      alwaysShow: true,
      does: "begin",
    },
    { label: `$(open-preview) ${vscode.l10n.t("Read it as a page, with every command")}`, does: "read" },
    separator(vscode.l10n.t("what is done")),
    ...needed.map((operation) => itemOf(operation)),
    ...(already.length > 0 ? [separator(vscode.l10n.t("so already, or left out"))] : []),
    ...already.map((operation) => itemOf(operation)),
    separator(vscode.l10n.t("choices")),
    {
      label: `$(account) ${wishes.user ? vscode.l10n.t("No user of its own to deploy as") : vscode.l10n.t("A user of its own to deploy as…")}`,
      detail: vscode.l10n.t("Let in by your key alone; it may use Docker, and need not be root."),
      does: "user",
    },
  ];
}

function itemOf({ id, title, why, state }: Operation): Item {
  const optional = id === "firewall" || id === "swap" ? id : undefined;
  const leftOut = !state.needed && optional !== undefined;
  const hint = optional && (state.needed ? vscode.l10n.t("press to leave it out") : state.because);
  return {
    label: `${state.needed ? "$(circle-large-outline)" : leftOut ? "$(circle-slash)" : "$(pass)"} ${title}`,
    description: hint ?? (state.needed ? "" : state.because),
    detail: why,
    ...(optional ? { does: { leaveOut: optional } } : {}),
  };
}

function separator(label: string): Item {
  return { label, kind: vscode.QuickPickItemKind.Separator };
}

async function askUser(now: string | undefined): Promise<Wishes["user"]> {
  if (now !== undefined) return undefined;
  const name = await vscode.window.showInputBox({
    title: vscode.l10n.t("A user to deploy as"),
    prompt: vscode.l10n.t(
      "Its name on the server. It is let in by your key, has no password, and may use Docker.",
    ),
    value: "deploy",
    ignoreFocusOut: true,
    validateInput: (text) =>
      /^[a-z_][a-z0-9_-]{0,30}$/.test(text)
        ? undefined
        : vscode.l10n.t("Small letters, digits, - and _, beginning with a letter."),
  });
  return name === undefined ? undefined : { name, sudo: false };
}
