import type { Command } from "./command.ts";
import { fault } from "./fault.ts";
import { type Exit, type Line, type StartOptions, start } from "./start.ts";

export interface RunOptions extends StartOptions {
  onLine?: (line: Line) => void;
  /** Exit codes that are answers, not failures. */
  accept?: readonly number[];
}

export interface Output {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a program to its end and hands back what it printed; a failure is a Fault with its last lines. */
export async function run(command: Command, options: RunOptions = {}): Promise<Output> {
  const running = await start(command, options);
  const printed = { stdout: [] as string[], stderr: [] as string[] };
  for await (const line of running) {
    printed[line.from].push(line.text);
    options.onLine?.(line);
  }
  const exit = await running.exited;
  if (exit.code === null || !(options.accept ?? [0]).includes(exit.code)) {
    const reason = lastWords(printed.stderr) ?? lastWords(printed.stdout) ?? "";
    throw fault("program-failed", [command.program, how(exit), reason], { lastLines: running.last });
  }
  return { code: exit.code, stdout: join(printed.stdout), stderr: join(printed.stderr) };
}

function how({ code, signal }: Exit): string {
  return code === null ? `was stopped by ${signal}` : `failed with exit code ${code}`;
}

function lastWords(lines: readonly string[]): string | undefined {
  return lines.findLast((line) => line.trim() !== "")?.trim();
}

function join(lines: readonly string[]): string {
  return lines.length === 0 ? "" : `${lines.join("\n")}\n`;
}
