import * as vscode from "vscode";
import { z } from "zod";
import type { Values } from "../../engine/environment/index.ts";

const kept = z.record(z.string(), z.string());

/** Secrets in the editor: asked for once in a masked box, kept where the editor keeps secrets. */
export function secretValues(folder: string, secrets: vscode.SecretStorage): Values {
  const key = `sistership.values:${folder}`;
  const known = async () => {
    const text = await secrets.get(key);
    return text === undefined ? {} : kept.parse(JSON.parse(text));
  };
  return {
    known,
    ask: async (names) => {
      const answers: Record<string, string> = {};
      for (const [index, name] of names.entries()) {
        const answer = await vscode.window.showInputBox({
          title: names.length > 1 ? `${name} (${index + 1}/${names.length})` : name,
          prompt: vscode.l10n.t(
            "Asked for once. Kept by the editor's secret storage, never in a file of the project.",
          ),
          password: true,
          ignoreFocusOut: true,
          validateInput: (text) => (text === "" ? vscode.l10n.t("It must have a value.") : undefined),
        });
        if (!answer) return {};
        answers[name] = answer;
      }
      return answers;
    },
    keep: async (values) => secrets.store(key, JSON.stringify({ ...(await known()), ...values })),
  };
}
