/** How far a server's clock is from ours: positive where it is ahead. */
export interface Skew {
  milliseconds: number;
  /** It may be off by this much: half of what the way took there and back. */
  within: number;
}

interface Times {
  /** By our clock, in milliseconds. */
  sent: number;
  received: number;
  /** By the server's, in seconds: when it began to answer, and when it had. */
  began: string | undefined;
  ended: string | undefined;
}

/** The arithmetic of NTP: what the answer took there is no way, and the way there is taken to be as long as the way back. */
export function skewOf({ sent, received, began, ended }: Times): Skew | undefined {
  const [first, last] = [seconds(began), seconds(ended)];
  if (first === undefined || last === undefined) return undefined;
  const way = Math.max(0, received - sent - (last.at - first.at));
  return {
    milliseconds: Math.round((first.at - sent + (last.at - received)) / 2),
    within: Math.ceil(way / 2 + first.coarse),
  };
}

/** `1795804599.531637201`; where `date` knows no fractions, `1795804599.%N` and the like. */
function seconds(text: string | undefined): { at: number; coarse: number } | undefined {
  const found = /^(\d+)(\.\d+$)?/.exec(text ?? "");
  if (found === null) return undefined;
  const coarse = found[2] === undefined ? 500 : 0;
  return { at: Number(`${found[1]}${found[2] ?? ""}`) * 1000 + coarse, coarse };
}
