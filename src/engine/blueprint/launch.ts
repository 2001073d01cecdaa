import { z } from "zod";
import type { Profile } from "../profile/index.ts";
import { configurationsOf } from "./devcontainer.ts";

const written = z.object({
  configurations: z.array(z.object({ type: z.unknown(), process: z.unknown() }).partial()).default([]),
});

/** Strings first, so that what looks like a comment in one is none. */
const token = /"(?:[^"\\]|\\.)*"|\/\/[^\n]*|\/\*[\s\S]*?\*\/|[[\]{},:]|[^\s[\]{},:"/]+/g;

/**
 * A launch.json of the user's own with what is missing in it to debug the profile's processes, comments and all else kept;
 * undefined where nothing is missing, or its text is none that could be added to.
 */
export function withConfigurations(
  text: string,
  profile: Profile,
): { text: string; added: string[] } | undefined {
  const tokens = [...text.matchAll(token)].filter(([one]) => !/^\/[/*]/.test(one));
  const there = parsed(tokens.map(([one]) => one));
  const end = there && endOfConfigurations(tokens);
  if (there === undefined || end === undefined) return undefined;
  const missing = configurationsOf(profile).filter(
    ({ type, process }) => !there.some((one) => one.type === type && one.process === process),
  );
  if (missing.length === 0) return undefined;
  const { at, before } = end;
  const indent = /\n([ \t]+)[^\n]*$/.exec(text.slice(0, at))?.[1] ?? "  ";
  const inner = `${/^[ \t]*/.exec(text.slice(text.lastIndexOf("\n", at) + 1, at))?.[0] ?? ""}`;
  const deep = inner === "" ? indent : inner + (inner.startsWith("\t") ? "\t" : "  ");
  const all = missing.map((one) =>
    JSON.stringify(one, null, inner.startsWith("\t") ? "\t" : 2)
      .split("\n")
      .map((line) => deep + line)
      .join("\n"),
  );
  const last = before.index + before[0].length;
  const comma = before[0] === "[" || before[0] === "," ? "" : ",";
  const between = text.slice(last, at).trimEnd();
  return {
    text: `${text.slice(0, last)}${comma}${between}\n${all.join(",\n")}\n${inner}${text.slice(at)}`,
    added: missing.map(({ process }) => process),
  };
}

function parsed(tokens: readonly string[]) {
  const json = tokens.filter((one, at) => one !== "," || !/^[\]}]$/.test(tokens[at + 1] ?? "")).join(" ");
  try {
    return written.parse(JSON.parse(json)).configurations;
  } catch {
    return undefined;
  }
}

/** Where the list of configurations ends, and what stands last in it. */
function endOfConfigurations(tokens: readonly RegExpExecArray[]) {
  let depth = 0;
  let inside = false;
  for (const [at, one] of tokens.entries()) {
    const [text] = one;
    if (text === "[" && depth === 1 && tokens[at - 2]?.[0] === '"configurations"') inside = true;
    if (/^[[{]$/.test(text)) depth++;
    if (!/^[\]}]$/.test(text)) continue;
    depth--;
    const before = tokens[at - 1];
    if (inside && depth === 1 && before) return { at: one.index, before };
  }
  return undefined;
}
