import * as vscode from "vscode";
import type { Application, Question } from "../../engine/profile/index.ts";

/** Of many applications, the folders of those that are meant; all of them where there are few. Escape steps out. */
export async function pickApplications(
  apps: readonly Application[],
  many: number,
): Promise<string[] | undefined> {
  if (apps.length < many) return apps.map(({ dir }) => dir);
  const items = apps.map(({ name, dir, language, framework }) => ({
    label: name,
    description: [framework ?? language, dir].join(" · "),
    picked: true,
    dir,
  }));
  const chosen = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t("{0} applications are here. Which of these belong to the environment?", apps.length),
    placeHolder: vscode.l10n.t("Each becomes a process of its own"),
    canPickMany: true,
    matchOnDescription: true,
    ignoreFocusOut: true,
  });
  if (!chosen || chosen.length === 0) return undefined;
  return chosen.map(({ dir }) => dir);
}

/** Each open question as a quick pick, its default first. Escape steps out of all of it. */
export async function askQuestions(questions: readonly Question[]) {
  const answers: { path: string; answer: string }[] = [];
  for (const [index, { path, ask, options, default: preset, because }] of questions.entries()) {
    const items = [preset, ...options.filter((option) => option !== preset)].map((label) => ({
      label,
      ...(label === preset ? { description: because } : {}),
    }));
    const chosen = await vscode.window.showQuickPick(items, {
      title: questions.length > 1 ? `${ask} (${index + 1}/${questions.length})` : ask,
      ignoreFocusOut: true,
    });
    if (!chosen) return undefined;
    if (chosen.label !== preset) answers.push({ path, answer: chosen.label });
  }
  return answers;
}
