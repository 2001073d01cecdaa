import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as vscode from "vscode";
import { commandIds } from "../../../src/editor/ids.ts";

const extension = () => {
  const found = vscode.extensions.getExtension("sistership.sistership");
  assert.ok(found, "the extension is installed");
  return found;
};

describe("the extension", () => {
  it("activates", async () => {
    await extension().activate();
    assert.equal(extension().isActive, true);
  });

  it("registers every command that package.json contributes", async () => {
    const registered = new Set(await vscode.commands.getCommands(true));
    assert.deepEqual(
      commandIds.filter((id) => !registered.has(id)),
      [],
    );
  });

  it("answers commands that are called without their row by doing nothing", async () => {
    await vscode.commands.executeCommand("sistership.fix");
    await vscode.commands.executeCommand("sistership.copyCommand");
    await vscode.commands.executeCommand("sistership.cancel");
  });
});

describe("a profile", () => {
  const folder = mkdtempSync(join(tmpdir(), "sistership-host-test-"));
  after(() => rmSync(folder, { recursive: true }));

  const write = async (text: string) => {
    const file = join(folder, "sistership.yaml");
    writeFileSync(file, text);
    const document = await vscode.workspace.openTextDocument(file);
    return document;
  };

  /** Waits until the problems of a document are as many as are expected. */
  const problems = (uri: vscode.Uri, count: number) =>
    new Promise<vscode.Diagnostic[]>((resolve) => {
      const look = () => {
        const found = vscode.languages.getDiagnostics(uri).filter(({ source }) => source === "sistership");
        if (found.length !== count) return;
        subscription.dispose();
        resolve(found);
      };
      const subscription = vscode.languages.onDidChangeDiagnostics(look);
      look();
    });

  it("has its problems named at the very word, and mended by the fix that is offered", async () => {
    const document = await write(
      "name: shop\nruntime: node@24\nprocesses:\n  web: { run: node server.js, prot: 3000 }\n",
    );
    const [problem] = await problems(document.uri, 1);
    assert.ok(problem);
    assert.equal(document.getText(problem.range), "prot");
    assert.match(problem.message, /prot.*port/);
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      "vscode.executeCodeActionProvider",
      document.uri,
      problem.range,
    );
    const edit = actions.find((action) => action.edit)?.edit;
    assert.ok(edit);
    await vscode.workspace.applyEdit(edit);
    assert.match(document.getText(), /port: 3000/);
    await problems(document.uri, 0);
  });

  it("is completed by what may stand there and does not yet", async () => {
    const document = await vscode.workspace.openTextDocument(join(folder, "sistership.yaml"));
    const list = await vscode.commands.executeCommand<vscode.CompletionList>(
      "vscode.executeCompletionItemProvider",
      document.uri,
      new vscode.Position(3, "  web: { ".length),
    );
    const labels = list.items.map(({ label }) => (typeof label === "string" ? label : label.label));
    assert.ok(labels.includes("health"), labels.join(" "));
    assert.ok(!labels.includes("stages"));
  });
});
