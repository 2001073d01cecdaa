import { request } from "node:http";

export type Answer =
  | { is: "answering"; version: string }
  | { is: "absent" }
  | { is: "denied" }
  | { is: "foreign" };

/** Asks whatever listens at a socket which Docker engine it is. */
export function ask(socket: string, timeoutMs = 5000): Promise<Answer> {
  return new Promise((resolve) => {
    const call = request({ socketPath: socket, path: "/version", timeout: timeoutMs }, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        body += chunk;
      });
      response.on("end", () => resolve(readVersion(body)));
      response.on("error", () => resolve({ is: "foreign" }));
    });
    call.on("timeout", () => call.destroy());
    call.on("error", (error: NodeJS.ErrnoException) => resolve(whyNot(error.code)));
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

function whyNot(code: string | undefined): Answer {
  if (code === "EACCES" || code === "EPERM") return { is: "denied" };
  // A socket file whose listener is gone refuses the connection: the place is free.
  if (code === "ENOENT" || code === "ECONNREFUSED" || code === "ENOTDIR") return { is: "absent" };
  return { is: "foreign" };
}
