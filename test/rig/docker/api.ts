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

export interface Reply {
  status: number;
  body: string;
}

/** One GET of the engine's API. */
export function get(socket: string, path: string): Promise<Reply> {
  return call(socket, "GET", path, 10_000);
}

/** One DELETE of the engine's API; stopping what is deleted may take its time. */
export function remove(socket: string, path: string): Promise<Reply> {
  return call(socket, "DELETE", path, 60_000);
}

function call(socketPath: string, method: string, path: string, timeout: number): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath, method, path, timeout, agent: false }, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        body += chunk;
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
      response.on("error", reject);
    });
    asked.on("timeout", () => asked.destroy(new Error(`Nothing came from ${socketPath}.`)));
    asked.on("error", reject);
    asked.end();
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
