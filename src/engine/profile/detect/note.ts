import type { Facts, FoundProcess } from "./facts.ts";
import { openAddress } from "./words.ts";

/** Where a fact stands. */
export interface Where {
  file: string;
  line?: number;
}

/** Writes down why a value is what it is. */
export function note(
  facts: Facts,
  path: string,
  value: string | number,
  where: Where,
  because: string,
): void {
  facts.evidence.push({ path, value: String(value), file: where.file, line: where.line ?? 1, because });
}

export function setFramework(facts: Facts, framework: string, where: Where, because: string): void {
  facts.framework = framework;
  note(facts, "framework", framework, where, because);
}

/** A process with its command; an address that only its own container reaches is mended, and said. */
export function addProcess(
  facts: Facts,
  name: string,
  found: FoundProcess,
  where: Where,
  because: string,
): void {
  const opened = found.run === undefined ? undefined : openAddress(found.run);
  const process = opened === undefined ? found : { ...found, run: opened.line };
  facts.processes.set(name, process);
  const value = process.run ?? process.serve;
  if (value === undefined) return;
  const path = `processes.${name}.${process.run === undefined ? "serve" : "run"}`;
  const mended =
    opened?.was === undefined
      ? ""
      : `; ${opened.was} became 0.0.0.0, or nothing outside the container would reach it`;
  note(facts, path, value, where, `${because}${mended}`);
}

export function setPort(facts: Facts, process: string, port: number, where: Where, because: string): void {
  const found = facts.processes.get(process);
  if (found === undefined) return;
  found.port = port;
  note(facts, `processes.${process}.port`, port, where, because);
}

export function setHealth(
  facts: Facts,
  process: string,
  health: string,
  where: Where,
  because: string,
): void {
  const found = facts.processes.get(process);
  if (found === undefined || found.health !== undefined) return;
  found.health = health;
  note(facts, `processes.${process}.health`, health, where, because);
}

export function setRelease(facts: Facts, command: string, where: Where, because: string): void {
  if (facts.release !== undefined) return;
  facts.release = command;
  note(facts, "release", command, where, because);
}
