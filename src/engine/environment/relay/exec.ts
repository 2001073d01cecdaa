import { type Duplex, PassThrough, type Readable } from "node:stream";
import type Docker from "dockerode";

interface ExecOptions {
  /** Another user than the container's own. */
  user?: string;
}

/** Standard input and output of a program in a container. */
export interface Exec {
  input: Duplex;
  output: Readable;
  /** Why it ended: the last of what it said beside; nothing where its container went. */
  complaint: () => Promise<string>;
}

export async function execIn(
  docker: Docker,
  id: string,
  command: readonly string[],
  { user }: ExecOptions = {},
): Promise<Exec> {
  const exec = await docker.getContainer(id).exec({
    Cmd: [...command],
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    ...(user === undefined ? {} : { User: user }),
  });
  const input = await exec.start({ hijack: true, stdin: true });
  const output = new PassThrough();
  const beside = new PassThrough();
  let said = "";
  beside.on("data", (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-2000);
  });
  docker.modem.demuxStream(input, output, beside);
  // what is muxed has no end of its own
  for (const how of ["end", "close", "error"]) input.on(how, () => output.end());
  const complaint = async () => {
    const last = said.trim().split("\n").at(-1) ?? "";
    const { ExitCode: code } = await exec.inspect().catch(() => ({ ExitCode: null }));
    return last === "" && (code === 126 || code === 127) ? `${command[0]} is not in its image` : last;
  };
  return { input, output, complaint };
}
