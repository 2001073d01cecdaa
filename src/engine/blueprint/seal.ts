import { createHash } from "node:crypto";

export type CommentMark = "#" | "//";

/** The line that says what a file was when it was generated. */
const sealLine = /^(#|\/\/) sistership:sha256:([0-9a-f]{64})\r?\n/m;

const usual = {
  made: "Made by Sistership from sistership.yaml.",
  instead: "Change sistership.yaml instead and generate again",
};

/** Puts the first lines on a generated file: what made it, how to take it over, and the hash of all of it. */
export function seal(body: string, mark: CommentMark, about: string, { made, instead } = usual): string {
  const head = [
    `${about} ${made}`,
    `${instead}: a file that was changed by hand is not written over.`,
    "To take it over (eject), delete the line with the hash: Sistership then leaves this file to you.",
  ].map((line) => `${mark} ${line}\n`);
  const rest = `\n${body.trimEnd()}\n`;
  return `${head.join("")}${mark} sistership:sha256:${hash(head.join("") + rest)}\n${rest}`;
}

/** What was sealed, without its first lines; a text that is not sealed as it is. */
export function unsealed(text: string): string {
  const found = sealLine.exec(text);
  return found === null ? text : text.slice(found.index + found[0].length).trimStart();
}

/** `intact`: as it was generated. `edited`: changed since. `unsealed`: not ours, or taken over. */
export function readSeal(text: string): "intact" | "edited" | "unsealed" {
  const found = sealLine.exec(text);
  if (found === null) return "unsealed";
  const rest = text.slice(0, found.index) + text.slice(found.index + found[0].length);
  return hash(rest) === found[2] ? "intact" : "edited";
}

/** Git may have changed the line ends on the way: that is no edit. */
function hash(text: string): string {
  return createHash("sha256").update(text.replaceAll("\r\n", "\n")).digest("hex");
}
