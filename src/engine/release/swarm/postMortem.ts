import type Docker from "dockerode";
import { z } from "zod";
import { complaint, type SwarmTask } from "./tasks.ts";

/** Why a task did not turn out well, in a sentence and in its own last lines. */
export interface PostMortem {
  reason: string;
  lastLines: string[];
  /** It ran, and its health check was not content. */
  unhealthy: boolean;
}

export type Examine = (task: SwarmTask) => Promise<PostMortem>;

const container = z.object({
  Config: z.object({
    Healthcheck: z.object({ Retries: z.number().optional(), Test: z.array(z.string()).nullish() }).nullish(),
  }),
  State: z.object({
    ExitCode: z.number(),
    OOMKilled: z.boolean().optional(),
    Health: z
      .object({ FailingStreak: z.number(), Log: z.array(z.object({ Output: z.string() })).nullish() })
      .nullish(),
  }),
});

/**
 * Looks at the container that a task has left, on its own server. Swarm alone does not say enough: a program that ends
 * politely when its health check has failed is "complete" to it.
 */
export function examineOn(sites: readonly { node: string; docker: Docker }[], signal: AbortSignal): Examine {
  return async (task) => {
    const bare = { reason: complaint(task), lastLines: [], unhealthy: false };
    const site = sites.find(({ node }) => node === task.NodeID);
    const id = task.Status.ContainerStatus?.ContainerID;
    if (site === undefined || id === undefined || id === "") return bare;
    try {
      const own = site.docker.getContainer(id);
      const { State, Config } = container.parse(await own.inspect({ abortSignal: signal }));
      const log = await own.logs({ stdout: true, stderr: true, tail: 100, abortSignal: signal });
      const lastLines = linesOf(log);
      if (State.OOMKilled) return { ...bare, lastLines, reason: "it was given too little memory." };
      // whatever has ended is called unhealthy: what tells is whether its check had failed as often as it may
      const { FailingStreak = 0, Log } = State.Health ?? {};
      if (FailingStreak < (Config.Healthcheck?.Retries || 3)) return { ...bare, lastLines };
      const output = (Log ?? [])
        .map(({ Output }) => Output.trim())
        .findLast((one) => one !== "" && !cutShort.test(one));
      const said = output?.split("\n", 1)[0] ?? silence(Config.Healthcheck?.Test ?? []);
      const reason = `it runs, but does not become healthy${said ? `: its health check ${said}` : ""}.`;
      return { reason, lastLines, unhealthy: true };
    } catch {
      return bare; // its server is out of reach, or has swept up
    }
  };
}

/** A check that was to begin as its container was ended: the engine's words, which say nothing of the program. */
const cutShort = /^OCI runtime exec failed: .*(broken pipe|is not running|stopped container)/;

/** What it means that a check fails without a word: ours says what it is answered, where something answers. */
function silence([, program, port]: readonly string[]): string | undefined {
  return program === "sistership-probe" ? `finds that nothing listens on port ${port}` : undefined;
}

/** The engine sends output in frames: a byte for the stream, three of nothing, four for the length. */
export function linesOf(log: Buffer): string[] {
  const parts: Buffer[] = [];
  for (let at = 0; at + 8 <= log.length; ) {
    const end = at + 8 + log.readUInt32BE(at + 4);
    parts.push(log.subarray(at + 8, end));
    at = end;
  }
  const text = Buffer.concat(parts).toString("utf8").trimEnd();
  return text === "" ? [] : text.split("\n");
}
