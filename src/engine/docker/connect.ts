import type Docker from "dockerode";
import { Fault, fault } from "../process/index.ts";
import { type Endpoint, pathOf } from "./endpoint.ts";

/** The engine behind an endpoint. dockerode is heavy: it is loaded by the first who asks. */
export async function connect({ host }: Endpoint): Promise<Docker> {
  const { default: Dockerode } = await import("dockerode");
  if (/^(unix|npipe):/.test(host)) return new Dockerode({ socketPath: pathOf(host) });
  const url = URL.canParse(host) ? new URL(host) : undefined;
  if (url && /^(tcp|https?):$/.test(url.protocol)) {
    // docker-modem reads DOCKER_TLS_VERIFY and DOCKER_CERT_PATH itself
    return new Dockerode({ host: url.hostname, port: url.port || "2375" });
  }
  throw fault("docker-endpoint", [host]);
}

/** What went wrong between us and the engine, as a Fault that says what to do. */
export function toDockerFault(thrown: unknown, { host }: Endpoint, what: string): Fault {
  if (thrown instanceof Fault) return thrown;
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const code = "code" in error ? error.code : undefined;
  const socket = pathOf(host);
  switch (code) {
    case "ENOENT":
      return fault("docker-missing", [socket], { cause: error });
    case "EACCES":
    case "EPERM":
      return fault("docker-denied", [socket], { cause: error });
    case "ECONNREFUSED":
    case "ECONNRESET":
    case "EPIPE":
    case "ENOTFOUND":
    case "ETIMEDOUT":
      return fault("docker-stopped", [socket], { cause: error });
    default:
      return fault("docker-failed", [what, error.message], { cause: error });
  }
}
