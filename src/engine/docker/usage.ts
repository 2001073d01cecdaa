import { Readable } from "node:stream";
import type Docker from "dockerode";
import { z } from "zod";
import { linesOf } from "./lines.ts";

/** What a container takes of the machine, at a moment. */
export interface Usage {
  /** Of one processor: 1.5 is one and a half. */
  cpus: number;
  /** Without what the kernel only keeps to be quick. */
  memoryBytes: number;
}

const count = z.number().default(0);
const cpu = z.object({
  cpu_usage: z.object({ total_usage: count }),
  system_cpu_usage: count,
  online_cpus: count,
});
const sample = z.object({
  cpu_stats: cpu,
  precpu_stats: cpu,
  memory_stats: z.object({ usage: count, stats: z.record(z.string(), z.number()).default({}) }),
});

/** Tells about every second what a container takes, until it ends or the signal does. */
export async function* usageOf(docker: Docker, id: string, signal: AbortSignal): AsyncGenerator<Usage> {
  const stream = await docker.getContainer(id).stats({ stream: true, ...{ abortSignal: signal } });
  const source = stream instanceof Readable ? stream : Readable.from(stream);
  const stop = () => source.destroy();
  signal.addEventListener("abort", stop, { once: true });
  source.on("error", () => {}); // a container that ends, ends its numbers
  try {
    for await (const line of linesOf(source)) {
      const { data } = sample.safeParse(JSON.parse(line));
      const usage = data && read(data);
      if (usage) yield usage;
    }
  } finally {
    signal.removeEventListener("abort", stop);
    source.destroy();
  }
}

function read({ cpu_stats, precpu_stats, memory_stats }: z.infer<typeof sample>): Usage | undefined {
  const system = cpu_stats.system_cpu_usage - precpu_stats.system_cpu_usage;
  // the first has nothing to be compared with, the last of a container that ended no memory
  if (precpu_stats.system_cpu_usage === 0 || system <= 0 || memory_stats.usage === 0) return undefined;
  const own = cpu_stats.cpu_usage.total_usage - precpu_stats.cpu_usage.total_usage;
  const { total_inactive_file, inactive_file } = memory_stats.stats;
  return {
    cpus: Math.max(0, (own / system) * Math.max(1, cpu_stats.online_cpus)),
    memoryBytes: Math.max(0, memory_stats.usage - (total_inactive_file ?? inactive_file ?? 0)),
  };
}
