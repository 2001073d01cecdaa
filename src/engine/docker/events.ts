import { once } from "node:events";
import { Readable } from "node:stream";
import type Docker from "dockerode";
import { linesOf } from "./lines.ts";

/** Something that happened to a container. */
export interface ContainerEvent {
  id: string;
  labels: Readonly<Record<string, string>>;
  /** Of a Compose project. */
  service: string;
  /** `start`, `die`, `destroy`, `health_status: healthy`… */
  action: string;
  /** In seconds, by the engine's clock. */
  time: number;
  exitCode?: number;
  /** Part of a single run, such as a migration. */
  single: boolean;
}

/**
 * Listens to a project's containers from now on. Resolves once the engine listens, so that nothing that is started
 * afterwards is missed; the iteration ends with the signal, and throws when the engine goes away.
 */
export function listen(
  docker: Docker,
  project: string,
  signal: AbortSignal,
): Promise<AsyncIterable<ContainerEvent>> {
  return listenTo(docker, { label: [`com.docker.compose.project=${project}`] }, signal);
}

/** The same of all containers that the engine's own filters let through. */
export async function listenTo(
  docker: Docker,
  filters: Readonly<Record<string, string[]>>,
  signal: AbortSignal,
): Promise<AsyncIterable<ContainerEvent>> {
  const stream = await docker.getEvents({
    filters: { type: ["container"], ...filters },
    ...{ abortSignal: signal },
  });
  return read(stream, signal);
}

async function* read(stream: NodeJS.ReadableStream, signal: AbortSignal): AsyncGenerator<ContainerEvent> {
  const source = stream instanceof Readable ? stream : Readable.from(stream);
  const stop = () => source.destroy();
  signal.addEventListener("abort", stop, { once: true });
  // readline swallows what breaks its input: an engine that goes away is told apart from an end by this
  const broken = once(source, "close").then(
    () => source.errored,
    (error: unknown) => error,
  );
  try {
    for await (const line of linesOf(source)) {
      const event = parse(line);
      if (event) yield event;
    }
    const error = await broken;
    if (!signal.aborted) throw error ?? new Error("the engine ended the connection");
  } catch (thrown) {
    if (!signal.aborted) throw thrown;
  } finally {
    signal.removeEventListener("abort", stop);
    source.destroy();
  }
}

interface Told {
  Action?: string;
  Actor?: { ID?: string; Attributes?: Record<string, string> };
  timeNano?: number;
}

function parse(line: string): ContainerEvent | undefined {
  const { Action, Actor, timeNano = 0 }: Told = JSON.parse(line);
  const { ID: id, Attributes: attributes = {} } = Actor ?? {};
  if (Action === undefined || id === undefined) return undefined;
  return {
    id,
    labels: attributes,
    service: attributes["com.docker.compose.service"] ?? "",
    action: Action,
    time: timeNano / 1e9,
    ...(attributes.exitCode === undefined ? {} : { exitCode: Number(attributes.exitCode) }),
    single: attributes["com.docker.compose.oneoff"] === "True",
  };
}
