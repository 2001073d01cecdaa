/** Whether a version like "26.1.5+dfsg1" is older than one like "24.0". */
export function isOlder(version: string, least: string): boolean {
  const [have, want] = [numbers(version), numbers(least)];
  for (const [i, wanted] of want.entries()) {
    const had = have[i] ?? 0;
    if (had !== wanted) return had < wanted;
  }
  return false;
}

function numbers(version: string): number[] {
  return (/^v?(\d+(?:\.\d+)*)/.exec(version)?.[1] ?? "0").split(".").map(Number);
}
