// npm run bench:detect: how often detection is right over trees with known answers, and how long it takes on large ones.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { detect } from "../../src/engine/profile/index.ts";
import { readExpected } from "./detect/expected.ts";
import { fields, judge, type Miss } from "./detect/judge.ts";
import { measureOnce, sizes, timeTree } from "./detect/times.ts";
import { round } from "./harness.ts";

const trees = join(import.meta.dirname, "detect/trees");

async function main(): Promise<void> {
  const names = readdirSync(trees).sort();
  const compared = new Map<string, number>();
  const misses: Miss[] = [];
  for (const name of names) {
    const expected = readExpected(name);
    const found = await detect(join(trees, name)).catch((thrown: unknown) => String(thrown));
    for (const verdict of judge(name, expected, found)) {
      compared.set(verdict.field, (compared.get(verdict.field) ?? 0) + 1);
      if (!verdict.right) misses.push(verdict);
    }
  }
  for (const { tree, field, wanted, got } of misses)
    console.log(`${tree}: ${field} is ${wanted}, not ${got}`);
  console.log(`${names.length} trees, ${misses.length} misses`);
  const rows = fields.map((field) => {
    const of = compared.get(field) ?? 0;
    const right = of - misses.filter((miss) => miss.field === field).length;
    return { field, right, of, share: of === 0 ? Number.NaN : Math.round((right / of) * 10_000) / 10_000 };
  });
  console.table(rows);

  const times: { files: number; cold: number; warm: number }[] = [];
  for (const size of sizes) times.push({ files: size, ...(await timeTree(size, import.meta.filename)) });
  console.table(times);
  console.log(
    JSON.stringify({
      accuracy: Object.fromEntries(rows.map(({ field, share }) => [field, share])),
      ms: Object.fromEntries(times.map(({ files, cold }) => [files, round(cold)])),
      warmMs: Object.fromEntries(times.map(({ files, warm }) => [files, round(warm)])),
    }),
  );
}

const [mode, dir] = process.argv.slice(2);
if (mode === "--times" && dir !== undefined) console.log(JSON.stringify(await measureOnce(dir)));
else await main();
