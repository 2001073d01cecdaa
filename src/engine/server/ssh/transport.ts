import { spawn } from "node:child_process";
import { connect, type Socket as NetSocket } from "node:net";
import type { Duplex } from "node:stream";
import { type Fault, fault } from "../../process/index.ts";
import type { SshMachine } from "./machine.ts";
import type { Settings } from "./settings.ts";
import { Socket } from "./streams.ts";

/** Opens what the SSH connection runs over: a TCP connection, or the user's own ProxyCommand. */
export function transport(
  server: string,
  settings: Settings,
  machine: SshMachine,
  signal: AbortSignal,
): Promise<Duplex> {
  const { proxyCommand } = settings;
  return proxyCommand === undefined
    ? tcp(server, settings, signal)
    : Promise.resolve(throughCommand(proxyCommand, machine));
}

function tcp(server: string, settings: Settings, signal: AbortSignal): Promise<NetSocket> {
  const { hostname: host, port, family, bindAddress, connectTimeoutMs } = settings;
  return new Promise((resolve, reject) => {
    const socket = connect({
      ...{ host, port, family, noDelay: true, keepAlive: true },
      // Node would give an address up after 250 ms, which is less than a round trip to the other side of the world.
      ...{ autoSelectFamily: true, autoSelectFamilyAttemptTimeout: 2_000 },
      ...(bindAddress !== undefined && { localAddress: bindAddress }),
    });
    const end = (act: () => void) => {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
      act();
    };
    const give = (failure: Fault) => {
      socket.destroy();
      end(() => reject(failure));
    };
    const timer = setTimeout(() => give(silent(server, connectTimeoutMs)), connectTimeoutMs);
    const abort = () => give(fault("cancelled", [`The connection to ${server}`]));
    signal.addEventListener("abort", abort, { once: true });
    socket.once("connect", () =>
      end(() => {
        socket.removeAllListeners("error");
        resolve(socket);
      }),
    );
    socket.on("error", (error) => give(notConnected(server, settings, error)));
    if (signal.aborted) abort();
  });
}

export function silent(server: string, ms: number): Fault {
  const reason = `it did not answer within ${ms / 1000} s. Check the address and the firewall.`;
  return fault("server-unreachable", [server, reason]);
}

function notConnected(server: string, { hostname, port }: Settings, error: NodeJS.ErrnoException): Fault {
  return fault("server-unreachable", [server, `${reason()}.`], { cause: error });

  function reason(): string {
    switch (error.code) {
      case "ENOTFOUND":
      case "EAI_AGAIN":
      case "EAI_FAIL":
      case "EAI_NODATA":
        return `no machine of the name ${hostname} was found. Check HostName in your SSH configuration`;
      case "ECONNREFUSED":
        return `it refused the connection. Check the port (${port}), and that its SSH service runs`;
      case "ETIMEDOUT":
      case "EHOSTUNREACH":
      case "ENETUNREACH":
      case "EHOSTDOWN":
        return "it did not answer. Check the address and the firewall";
      default:
        return error.message;
    }
  }
}

/** By the shell, as ssh runs it: it is the user's own command. */
function throughCommand(command: string, { env, platform }: SshMachine): Duplex {
  const [shell, ...flags] =
    platform === "win32" ? ["cmd.exe", "/d", "/s", "/c"] : [env.SHELL ?? "/bin/sh", "-c"];
  const line = platform === "win32" ? command : `exec ${command}`;
  const child = spawn(shell ?? "sh", [...flags, line], {
    stdio: ["pipe", "pipe", "ignore"],
    windowsHide: true,
  });
  const socket = new Socket(child.stdout, child.stdin, () => child.kill());
  child.once("error", (error) => socket.destroy(error));
  return socket;
}
