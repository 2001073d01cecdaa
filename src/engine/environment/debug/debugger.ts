import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import type Docker from "dockerode";
import { debuggerOf, template } from "../../blueprint/index.ts";
import { findEndpoint, toDockerFault } from "../../docker/index.ts";
import { fault, run } from "../../process/index.ts";
import { containerOf } from "../control.ts";
import type { Here } from "../here.ts";
import { attach } from "../session.ts";

export type DebuggerKind = "node" | "python";

/** A way into a process for debuggers: a port of this machine's loopback, for as long as it is open. */
export interface OpenDebugger extends Disposable {
  kind: DebuggerKind;
  port: number;
  /** The same folder, on this machine and inside. */
  localRoot: string;
  remoteRoot: string;
}

const leads: Record<DebuggerKind, (port: number) => string[]> = {
  node: (port) => ["node", "-e", template("debug/lead-node.cjs"), String(port)],
  python: (port) => ["python", "-c", template("debug/lead-python.py"), String(port)],
};

/**
 * Opens a way for debuggers into a process that runs. No port is published for it: each connection is led through the
 * engine to a small program in the container, which has the process listen where only the container reaches it. After a
 * reload it is another process, and the next connection finds that.
 */
export async function openDebugger(here: Here, name: string): Promise<OpenDebugger> {
  const endpoint = findEndpoint(here.machine);
  const session = await attach(here);
  const { profile, docker } = session;
  const kind = debuggerOf(profile, name);
  if (kind === undefined && name in profile.processes) throw fault("no-debugger", [name]);
  const process = profile.processes[name];
  try {
    const { id, state } = await containerOf(session, name);
    if (kind === undefined || process === undefined || state !== "running")
      throw fault("not-up", [profile.name]);
    const command = leads[kind](process.port ?? 0);
    const tried = await run(
      { program: "docker", args: ["exec", id, ...command, "look"], env: here.machine.env },
      { accept: [0, 1, 2, 3, 126, 127, 130], timeoutMs: 30_000 },
    );
    if (tried.code !== 0)
      throw fault("debugger-silent", [name, tried.stderr.trim().split("\n").at(-1) ?? ""]);
    // made anew, the process has another container: each connection asks again
    const current = async () => (await containerOf(session, name)).id;
    const { port, close } = await listen(async (socket) => lead(docker, await current(), command, socket));
    return {
      kind,
      port,
      localRoot: join(here.folder, profile.images[process.image]?.context ?? "."),
      remoteRoot: "/app",
      [Symbol.dispose]: close,
    };
  } catch (thrown) {
    throw toDockerFault(thrown, endpoint, `reach the debugger of ${name}`);
  }
}

/** Standard input and output of a program in the container, as a connection. */
async function lead(docker: Docker, id: string, command: readonly string[], socket: Socket): Promise<void> {
  const exec = await docker.getContainer(id).exec({
    Cmd: [...command],
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
  });
  const stream = await exec.start({ hijack: true, stdin: true });
  const out = new PassThrough();
  docker.modem.demuxStream(stream, out, new PassThrough().resume());
  const end = () => {
    stream.destroy();
    socket.destroy();
  };
  for (const one of [stream, socket]) one.once("error", end).once("close", end).once("end", end);
  out.pipe(socket);
  socket.pipe(stream);
}

function listen(serve: (socket: Socket) => Promise<void>): Promise<{ port: number; close: () => void }> {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.once("close", () => open.delete(socket)).on("error", () => socket.destroy());
    serve(socket).catch(() => socket.destroy());
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve({
        port: typeof address === "object" && address ? address.port : 0,
        close: () => {
          server.close();
          for (const socket of open) socket.destroy();
        },
      });
    });
  });
}
