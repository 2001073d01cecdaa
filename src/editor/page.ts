import { randomBytes } from "node:crypto";
import * as vscode from "vscode";

/** The page of a webview: its one script and its one style sheet, and nothing else may run or load. */
export function pageOf(
  webview: vscode.Webview,
  { title, bundle, kept }: { title: string; bundle: vscode.Uri; kept?: unknown },
): string {
  const nonce = randomBytes(16).toString("base64url");
  const uri = (file: string) => webview.asWebviewUri(vscode.Uri.joinPath(bundle, file)).toString();
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src ${webview.cspSource}`,
    `font-src ${webview.cspSource}`,
  ].join("; ");
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<link rel="stylesheet" href="${uri("main.css")}">
<title>${title}</title>
</head>
<body data-kept="${encodeURIComponent(JSON.stringify(kept ?? {}))}"><script nonce="${nonce}" src="${uri("main.js")}"></script></body>
</html>`;
}
