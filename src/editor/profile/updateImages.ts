import { basename, join } from "node:path";
import * as vscode from "vscode";
import type { Register } from "../commands.ts";
import type { Operations } from "../operations.ts";
import { chooseFolder } from "./generate.ts";

/** Moves sistership.lock to what the registries have now; the change is in Git's hands, like any other. */
export function registerUpdateImages(register: Register, operations: Operations): void {
  register("sistership.updateImages", async () => {
    const folder = await chooseFolder();
    if (!folder) return;
    const { update } = await import("../../engine/blueprint/index.ts");
    const root = folder.fsPath;
    const { moves, edited } = await operations.run(
      {
        title: `Update the images of ${basename(root)}`,
        about: root,
        view: "sistership.environment",
        notify: true,
      },
      (task) => update(root, process.env, task),
    );
    const byHand = edited.map((path) =>
      vscode.l10n.t("{0} was changed by hand and still names what it did.", path),
    );
    if (moves.length === 0) {
      const same = vscode.l10n.t("Every image is the newest of its version.");
      void vscode.window.showInformationMessage([same, ...byHand].join(" "));
      return;
    }
    const said = vscode.l10n.t(
      "{0} moved: {1}.",
      "sistership.lock",
      moves.map(({ image }) => image).join(", "),
    );
    const show = vscode.l10n.t("Open {0}", "sistership.lock");
    const chosen = await vscode.window.showInformationMessage([said, ...byHand].join(" "), show);
    if (chosen === show)
      await vscode.commands.executeCommand("vscode.open", vscode.Uri.file(join(root, "sistership.lock")));
  });
}
