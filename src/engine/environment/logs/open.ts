import { Readable } from "node:stream";
import type Docker from "dockerode";
import { z } from "zod";

export interface LogSource {
  terminal: boolean;
  /** Where folders of this machine are seen inside. */
  mounts: readonly Mount[];
  stream: Readable;
}

export interface Mount {
  inside: string;
  outside: string;
}

interface Wanted {
  follow: boolean;
  /** The engine's stamp, or seconds since 1970, of the first line. */
  since?: string;
  /** Of what was printed before, only so many lines. */
  tail?: number;
  signal: AbortSignal;
}

const inspected = z.object({
  Config: z.object({ Tty: z.boolean() }),
  Mounts: z.array(z.object({ Type: z.string(), Source: z.string().default(""), Destination: z.string() })),
});

/** Opens the output of a container as the engine sends it, with a time before each line. */
export async function openLogs(
  docker: Docker,
  id: string,
  { follow, since, tail, signal }: Wanted,
): Promise<LogSource> {
  const container = docker.getContainer(id);
  const { Config, Mounts } = inspected.parse(await container.inspect());
  const query = {
    ...{ stdout: true, stderr: true, timestamps: true, follow },
    ...(since ? { since } : {}),
    ...(tail === undefined ? {} : { tail }),
  };
  // dockerode would hold all of it in memory where nothing is followed
  const stream = await new Promise<Readable>((resolve, reject) => {
    docker.modem.dial(
      {
        path: `/containers/${id}/logs?`,
        method: "GET",
        isStream: true,
        abortSignal: signal,
        statusCodes: { 200: true, 404: "no such container", 500: "server error" },
        options: query,
      },
      (error, answer) => {
        if (error) reject(error);
        else if (answer instanceof Readable) resolve(answer);
        else reject(new Error("it answered with something else than a stream."));
      },
    );
  });
  return {
    terminal: Config.Tty,
    mounts: Mounts.filter(({ Type }) => Type === "bind").map(({ Source, Destination }) => ({
      inside: Destination,
      outside: Source,
    })),
    stream,
  };
}

/** The engine takes seconds with nine digits behind the point. */
export function sinceStamp(stamp: string): string {
  return `${Math.floor(Date.parse(`${stamp.slice(0, 19)}Z`) / 1000)}.${stamp.slice(20, 29)}`;
}
