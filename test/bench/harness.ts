/** A bench measures its subject beside a yardstick in the same run; nothing is asserted on absolute time. */
export type Figures = Readonly<Record<string, number>>;

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/**
 * Runs the contestants in turn, several rounds, so that a busy moment of the machine falls on all of them,
 * and hands back the figures of each round.
 */
export async function rounds<Name extends string>(
  count: number,
  contestants: Readonly<Record<Name, () => Promise<Figures>>>,
): Promise<Record<Name, Figures[]>> {
  const names = Object.keys(contestants) as Name[];
  const results = Object.fromEntries(names.map((name) => [name, [] as Figures[]])) as Record<Name, Figures[]>;
  for (let round = 0; round < count; round++) {
    for (const name of names) {
      results[name].push(await contestants[name]());
      process.stderr.write(".");
    }
  }
  process.stderr.write("\n");
  return results;
}

/** The median, least and most of one figure over the rounds. */
export function spread(figures: readonly Figures[], name: string) {
  const values = figures.map((figure) => figure[name] ?? Number.NaN);
  return {
    median: round(median(values)),
    least: round(Math.min(...values)),
    most: round(Math.max(...values)),
  };
}

export function round(value: number): number {
  return Math.round(value * 100) / 100;
}

/** A table for people, then all figures as one line of JSON for programs. */
export function publish(rows: readonly Readonly<Record<string, string | number>>[], figures: unknown): void {
  console.table(rows);
  console.log(JSON.stringify(figures));
}
