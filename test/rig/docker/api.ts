import { request } from "node:http";

export type Answer =
  | { is: "answering"; version: string }
  | { is: "absent" }
  | { is: "denied" }
  | { is: "foreign" };

/** Asks whatever listens at a socket which Docker engine it is. */
export async function ask(socket: string): Promise<Answer> {
  try {
    return readVersion((await get(socket, "/version")).body);
  } catch (error) {
    return whyNot(error instanceof Error && "code" in error ? error.code : undefined);
  }
}

/** One GET of the engine's API. */
export function get(
  socketPath: string,
  path: string,
  timeout = 10_000,
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const call = request({ socketPath, path, timeout, agent: false }, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        body += chunk;
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
      response.on("error", reject);
    });
    call.on("timeout", () => call.destroy(new Error(`Nothing came from ${socketPath}.`)));
    call.on("error", reject);
    call.end();
  });
}

function readVersion(body: string): Answer {
  try {
    const said: unknown = JSON.parse(body);
    if (typeof said === "object" && said !== null && "Version" in said && typeof said.Version === "string") {
      return { is: "answering", version: said.Version };
    }
  } catch {
    // not JSON: not Docker
  }
  return { is: "foreign" };
}

function whyNot(code: unknown): Answer {
  if (code === "EACCES" || code === "EPERM") return { is: "denied" };
  // A socket file whose listener is gone refuses the connection: the place is free.
  if (code === "ENOENT" || code === "ECONNREFUSED" || code === "ENOTDIR") return { is: "absent" };
  return { is: "foreign" };
}
