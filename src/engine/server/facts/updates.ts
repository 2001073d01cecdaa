import type { Told } from "./read.ts";

/** How many installed packages have a newer version in the lists of security updates; undefined where there are no lists. */
export function pendingUpdates(told: Told): number | undefined {
  const counted = told.one("security.count");
  if (counted !== undefined) return Number(counted);
  if (told.one("security.known") === undefined) return undefined;
  const names = new Set<string>();
  for (const line of told.all("security")) {
    const [name = "", have = "", other = ""] = line.split(" ");
    if (compareVersions(other, have) > 0) names.add(name);
  }
  return names.size;
}

/** Which of two Debian versions is the newer, as Debian Policy 5.6.12 orders them: above 0 where the first is. */
export function compareVersions(one: string, other: string): number {
  const [a, b] = [parts(one), parts(other)];
  return (
    Math.sign(a.epoch - b.epoch) || compare(a.upstream, b.upstream) || compare(a.revision, b.revision) || 0
  );
}

function parts(version: string) {
  const colon = version.indexOf(":");
  const rest = version.slice(colon + 1);
  const dash = rest.lastIndexOf("-");
  return {
    epoch: colon === -1 ? 0 : Number(version.slice(0, colon)),
    upstream: dash === -1 ? rest : rest.slice(0, dash),
    revision: dash === -1 ? "" : rest.slice(dash + 1),
  };
}

/** By turns what is no digit, where `~` comes before the end and letters before the rest, and numbers. */
function compare(one: string, other: string): number {
  let [a, b] = [one, other];
  while (a !== "" || b !== "") {
    const [wordA = "", wordB = ""] = [/^\D*/.exec(a)?.[0], /^\D*/.exec(b)?.[0]];
    for (let i = 0; i < Math.max(wordA.length, wordB.length); i++) {
      const difference = weight(wordA[i]) - weight(wordB[i]);
      if (difference !== 0) return Math.sign(difference);
    }
    [a, b] = [a.slice(wordA.length), b.slice(wordB.length)];
    const [numberA = "", numberB = ""] = [/^\d*/.exec(a)?.[0], /^\d*/.exec(b)?.[0]];
    const difference = Number(numberA) - Number(numberB);
    if (difference !== 0) return Math.sign(difference);
    [a, b] = [a.slice(numberA.length), b.slice(numberB.length)];
  }
  return 0;
}

function weight(character: string | undefined): number {
  if (character === undefined) return 0;
  if (character === "~") return -1;
  return /[a-z]/i.test(character) ? character.charCodeAt(0) : character.charCodeAt(0) + 256;
}
