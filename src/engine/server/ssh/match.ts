import { fault } from "../../process/index.ts";
import type { Directive } from "./config.ts";
import { matchesList } from "./patterns.ts";
import { words } from "./words.ts";

/** What a Match line is held against. */
interface Situation {
  /** As it was typed. */
  original: string;
  /** As it is known so far: HostName, where one was set. */
  host: string;
  user: string;
  localUser: string;
  /** It stands where nothing applies; its wish to be read twice is heard there too. */
  never: boolean;
  /** The second time that the configuration is read, where it asks for that. */
  final: boolean;
}

/** Whether a Match line applies; `askFinal` is called where it wants the configuration read a second time. */
export function matchApplies(directive: Directive, situation: Situation, askFinal: () => void): boolean {
  const wrong = (reason: string) => fault("ssh-config", [directive.file, directive.line, reason]);
  const given = words(directive.rest);
  if (given === undefined) throw wrong("a quotation mark is not closed");
  if (given.length === 0) throw wrong("Match says no condition");
  const rest = given.flatMap((word) =>
    /^!?\w+=/.test(word) ? [word.slice(0, word.indexOf("=")), word.slice(word.indexOf("=") + 1)] : [word],
  );
  const takeValue = (attribute: string) => {
    const value = rest.shift();
    if (value === undefined || value === "") throw wrong(`"${attribute}" of Match has no value`);
    return value;
  };
  let result = !situation.never;
  while (rest.length > 0) {
    const word = rest.shift() ?? "";
    const negated = word.startsWith("!");
    const attribute = (negated ? word.slice(1) : word).toLowerCase();
    const holds = (found: boolean) => {
      if (found === negated) result = false;
    };
    switch (attribute) {
      case "all":
        if (rest.length > 0 || negated) throw wrong('"all" of Match stands alone or at the end');
        return result;
      case "canonical":
      case "final":
        if (attribute === "final") askFinal();
        holds(situation.final);
        break;
      case "host":
        holds(matchesList(situation.host.toLowerCase(), takeValue(attribute).toLowerCase()));
        break;
      case "originalhost":
        holds(matchesList(situation.original.toLowerCase(), takeValue(attribute).toLowerCase()));
        break;
      case "user":
        holds(matchesList(situation.user, takeValue(attribute)));
        break;
      case "localuser":
        holds(matchesList(situation.localUser, takeValue(attribute)));
        break;
      default:
        takeValue(attribute);
        // A condition that does not decide anything any more is as good as one that was understood.
        if (result)
          throw wrong(`"Match ${attribute}" is not understood by Sistership: say it by host or user`);
    }
  }
  return result;
}
