import type { Readable } from "node:stream";
import { fault, type Output } from "../../process/index.ts";
import type { RemoteOptions, RemoteProcess } from "../link.ts";

const silenceMs = 3_000;
const kept = 20;

/** Reads what a program prints, to its end. */
export async function outputOf(process: RemoteProcess): Promise<Output> {
  const stdout = collect(process.stdout);
  const stderr = collect(process.stderr);
  const { code } = await process.exited;
  // What it left running may hold its outputs open for ever: once it is gone, silence means the end.
  const [out, err] = await Promise.all([stdout.end(), stderr.end()]);
  process.stdout.destroy();
  process.stderr.destroy();
  return { code, stdout: out, stderr: err };
}

/** The output of a program that has to end as it should. */
export async function succeeded(
  process: RemoteProcess,
  program: string,
  accept: RemoteOptions["accept"] = [0],
): Promise<Output> {
  const output = await outputOf(process);
  if (accept.includes(output.code)) return output;
  const lines = `${output.stdout}\n${output.stderr}`.split(/\r?\n/).filter((line) => line.trim() !== "");
  const last = lines.at(-1)?.trim() ?? "";
  throw fault("program-failed", [program, `failed with exit code ${output.code}`, last], {
    lastLines: lines.slice(-kept),
  });
}

function collect(stream: Readable) {
  const chunks: Buffer[] = [];
  let heard = performance.now();
  const ended = new Promise<void>((resolve) => {
    stream.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      heard = performance.now();
    });
    stream.once("error", () => resolve()); // the exit tells why
    stream.once("close", resolve);
    stream.once("end", resolve);
  });
  return {
    async end(): Promise<string> {
      let timer: NodeJS.Timeout | undefined;
      const silent = new Promise<void>((resolve) => {
        const look = () => {
          const rest = heard + silenceMs - performance.now();
          if (rest <= 0) resolve();
          else timer = setTimeout(look, rest);
        };
        heard = performance.now();
        look();
      });
      await Promise.race([ended, silent]);
      clearTimeout(timer);
      return Buffer.concat(chunks).toString("utf8");
    },
  };
}
