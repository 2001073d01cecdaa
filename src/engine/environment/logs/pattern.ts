import { createContext, Script } from "node:vm";

/** What is looked for in the text of lines. */
export interface Wording {
  text: string;
  regex: boolean;
  matchCase: boolean;
}

export type Found = readonly [from: number, to: number];

export interface Pattern {
  /** Which of these texts it is found in; throws `TooSlow` where the expression does not come to an end. */
  test: (texts: readonly string[]) => boolean[];
  /** Where in a text it is found. */
  find: (text: string) => Found[];
}

export class TooSlow extends Error {
  constructor() {
    super("The expression takes too long on these lines: make it simpler.");
  }
}

const timeoutMs = 250;
const mostHits = 100;
const stopped = "ERR_SCRIPT_EXECUTION_TIMEOUT";

/** The pattern of a wording; undefined for none, and a sentence for an expression that is not one. */
export function patternOf(wording: Wording): { pattern?: Pattern; error?: string } {
  if (wording.text === "") return {};
  const source = wording.regex ? wording.text : wording.text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
  const flags = wording.matchCase ? "g" : "gi";
  let expression: RegExp;
  try {
    expression = new RegExp(source, flags);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { error: `Not a regular expression: ${reason.replace(/^Invalid regular expression: /, "")}.` };
  }
  const testAll = (texts: readonly string[]) =>
    texts.map((text) => {
      expression.lastIndex = 0;
      return expression.test(text);
    });
  const findAll = (text: string): Found[] => {
    const found: Found[] = [];
    expression.lastIndex = 0;
    for (const match of text.matchAll(expression)) {
      if (match[0].length > 0) found.push([match.index, match.index + match[0].length]);
      if (found.length === mostHits) break;
    }
    return found;
  };
  // plain words always come to an end; what a user writes may not, and only the engine below can stop it
  return wording.regex
    ? {
        pattern: {
          test: (texts) => bounded(() => testAll(texts)),
          find: (text) => bounded(() => findAll(text)),
        },
      }
    : { pattern: { test: testAll, find: findAll } };
}

function bounded<T>(work: () => T): T {
  const box: { work: () => void; result?: T } = {
    work: () => {
      box.result = work();
    },
  };
  try {
    call.runInContext(createContext(box), { timeout: timeoutMs });
  } catch (thrown) {
    // it comes from the other context, whose Error is not ours
    if (typeof thrown === "object" && thrown !== null && "code" in thrown && thrown.code === stopped)
      throw new TooSlow();
    throw thrown;
  }
  if (!("result" in box)) throw new TooSlow();
  return box.result;
}

const call = new Script("work()");
