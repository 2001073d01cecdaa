import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { type Docker, execIn } from "./docker.ts";

const limitMs = 90_000;

/** Settles when the server has finished booting: sshd answers and every unit has started, Docker too. */
export async function ready(
  docker: Docker,
  container: string,
  address: string,
  signal?: AbortSignal,
): Promise<void> {
  await banner(address, 22, limitMs, signal).catch(async (cause) => {
    signal?.throwIfAborted();
    const { stdout } = await docker(["logs", "--tail", "15", container]);
    throw new Error(`The server ${container} does not answer over SSH:\n${stdout}`, { cause });
  });
  const state = await execIn(docker, container, ["systemctl", "is-system-running", "--wait"], {
    accept: [0, 1],
    timeoutMs: limitMs,
    ...(signal && { signal }),
  });
  if (state.code === 0) return;
  const failed = await execIn(docker, container, [
    "systemctl",
    "list-units",
    "--failed",
    "--plain",
    "--no-legend",
  ]);
  throw new Error(`The server ${container} is ${state.stdout.trim()}:\n${failed.stdout}`);
}

/** The first words of whatever listens there: a port that is open is not yet an sshd. Nobody announces it, so it is asked. */
export async function banner(
  address: string,
  port: number,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<string> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    signal?.throwIfAborted();
    try {
      return await greet(address, port, Math.min(2000, timeoutMs));
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await pause(25);
    }
  }
}

async function greet(address: string, port: number, timeoutMs: number): Promise<string> {
  const socket = connect({ host: address, port });
  const limit = AbortSignal.timeout(timeoutMs);
  try {
    const [chunk] = await once(socket, "data", { signal: limit });
    const text = String(chunk);
    if (!text.startsWith("SSH-")) throw new Error(`What answers at ${address}:${port} is not an sshd.`);
    return text.trimEnd();
  } finally {
    socket.destroy();
  }
}
