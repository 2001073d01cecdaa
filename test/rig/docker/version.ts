/** A version as numbers, from texts like "26.1.5+dfsg1", "v2.26.1-4" or "github.com/docker/buildx 0.13.1". */
export function parseVersion(text: string): readonly number[] | undefined {
  const found = /(?:^|[\sv])(\d+(?:\.\d+)+)/.exec(text.trim());
  return found?.[1]?.split(".").map(Number);
}

/** Whether a version is the wanted one or newer; a text without a version is older than all. */
export function atLeast(text: string, least: string): boolean {
  const have = parseVersion(text);
  const want = parseVersion(least);
  if (have === undefined || want === undefined) return false;
  for (let at = 0; at < Math.max(have.length, want.length); at++) {
    const difference = (have[at] ?? 0) - (want[at] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}
