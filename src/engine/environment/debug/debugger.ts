import { join } from "node:path";
import { appFolder, type DebuggerKind, debuggerOf } from "../../blueprint/index.ts";
import { findEndpoint, toDockerFault } from "../../docker/index.ts";
import { fault } from "../../process/index.ts";
import { containerOf } from "../control.ts";
import type { Here } from "../here.ts";
import { RelayRefused } from "../relay/relay.ts";
import { attach } from "../session.ts";
import { openLead } from "./lead.ts";
import { openXdebug } from "./php/xdebug.ts";

/** A way into a process for debuggers: a port of this machine's loopback, for as long as it is open. */
export interface OpenDebugger extends Disposable {
  kind: DebuggerKind;
  port: number;
  /** The same folder, on this machine and inside. */
  localRoot: string;
  remoteRoot: string;
}

interface DebuggerOptions {
  /** A port of this machine where somebody waits for Xdebug, and speaks its language. */
  xdebugPort?: number;
}

/**
 * Opens a way for debuggers into a process that runs. No port is published for it: each connection is led through the
 * engine to a small program in the container, which has the process listen where only the container reaches it; that of
 * PHP dials out itself, and is led here. After a reload it is another process, and the next connection finds that.
 */
export async function openDebugger(
  here: Here,
  name: string,
  { xdebugPort }: DebuggerOptions = {},
): Promise<OpenDebugger> {
  const { machine } = here;
  const endpoint = findEndpoint(machine);
  const session = await attach(here);
  const { profile, docker } = session;
  const kind = debuggerOf(profile, name);
  if (kind === undefined && name in profile.processes) throw fault("no-debugger", [name]);
  const process = profile.processes[name];
  try {
    const { state } = await containerOf(session, name);
    if (kind === undefined || process === undefined || state !== "running")
      throw fault("not-up", [profile.name]);
    const current = async () => (await containerOf(session, name)).id;
    const mapping = {
      localRoot: join(here.folder, profile.images[process.image]?.context ?? "."),
      remoteRoot: appFolder,
    };
    const opened =
      kind === "php"
        ? await openXdebug({ docker, current, mapping, ...(xdebugPort === undefined ? {} : { xdebugPort }) })
        : await openLead({ kind, serves: process.port ?? 0, docker, machine, current });
    if ("refused" in opened) throw fault("debugger-silent", [name, opened.refused]);
    return { kind, port: opened.port, ...mapping, [Symbol.dispose]: opened.close };
  } catch (thrown) {
    if (thrown instanceof RelayRefused)
      throw fault("debugger-silent", [name, thrown.message], { cause: thrown });
    throw toDockerFault(thrown, endpoint, `reach the debugger of ${name}`);
  }
}
