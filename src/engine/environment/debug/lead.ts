import type { Socket } from "node:net";
import type Docker from "dockerode";
import { template } from "../../blueprint/index.ts";
import type { Machine } from "../../docker/index.ts";
import { run } from "../../process/index.ts";
import { execIn } from "../relay/exec.ts";
import { listen } from "./listen.ts";

/** A program that finds the process in its container, has it listen to debuggers, and leads there. */
interface Way {
  command: readonly string[];
  /** Who is allowed to take hold of a process. */
  user?: string;
}

const ways = {
  node: (port: number): Way => ({ command: ["node", "-e", template("debug/lead-node.cjs"), String(port)] }),
  python: (port: number): Way => ({
    command: ["python", "-c", template("debug/lead-python.py"), String(port)],
  }),
  go: (port: number): Way => ({
    command: ["perl", "-e", template("debug/lead-go.pl"), String(port)],
    user: "root",
  }),
};

interface Led {
  kind: keyof typeof ways;
  /** Where the process serves, or 0. */
  serves: number;
  docker: Docker;
  machine: Machine;
  /** The container, as it is now: made anew, the process has another. */
  current: () => Promise<string>;
}

/** A port of the loopback that leads to the debugger of a process; why not, where it does not listen. */
export async function openLead({ kind, serves, docker, machine, current }: Led) {
  const way = ways[kind](serves);
  const as = way.user === undefined ? [] : ["--user", way.user];
  const tried = await run(
    {
      program: "docker",
      args: ["exec", ...as, await current(), ...way.command, "look"],
      env: machine.env,
    },
    { accept: [0, 1, 2, 3, 126, 127, 130], timeoutMs: 30_000 },
  );
  if (tried.code !== 0) return { refused: tried.stderr.trim().split("\n").at(-1) ?? "" };
  return listen(async (socket) => lead(docker, await current(), way, socket));
}

/** Standard input and output of that program, as a connection. */
async function lead(docker: Docker, id: string, { command, user }: Way, socket: Socket): Promise<void> {
  const { input, output } = await execIn(docker, id, command, user === undefined ? {} : { user });
  const end = () => {
    input.destroy();
    socket.destroy();
  };
  for (const one of [input, socket]) one.once("error", end).once("close", end).once("end", end);
  output.pipe(socket);
  socket.pipe(input);
}
