/** An application with a Dockerfile of its own, that does whatever an edge in front of it must bear. */
export function ownImage(name: string, more = ""): Record<string, string> {
  return {
    Dockerfile:
      'FROM node:22-bookworm-slim\nWORKDIR /srv\nRUN mkdir /kept && chown node /kept\nCOPY server.js ./\nUSER node\nCMD ["node", "server.js"]\n',
    ".dockerignore": "*\n!server.js\n",
    "server.js": server,
    "sistership.yaml": `name: ${name}
build: { dockerfile: Dockerfile }
processes:
  web: { port: 3000, stopGrace: 2s, health: { run: node server.js ask, start: 20s } }
${more}`,
  };
}

const server = `const { createHash } = require("node:crypto");
const { createServer, request } = require("node:http");
const version = "one";
const broken = false;
const magic = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

if (process.argv[2] === "work") {
  require("node:fs").appendFileSync("/kept/log", version + "\\n");
  setInterval(() => {}, 1000);
  process.on("SIGTERM", () => process.exit());
} else if (process.argv[2] === "once") {
  console.log(version + ", with a token of " + process.env.TOKEN.length);
} else if (process.argv[2] === "ask") {
  request({ port: 3000 }, ({ statusCode }) => process.exit(statusCode === 200 ? 0 : 1)).on("error", () => process.exit(1)).end();
} else {
  const paths = {
    "/": (_, answer) => answer.setHeader("Content-Type", "text/html").end("<h1>" + version + "</h1>" + "<p>text</p>".repeat(200)),
    "/work": (_, answer) => answer.writeHead(broken ? 500 : 200).end(version),
    "/own": (_, answer) => answer.setHeader("Referrer-Policy", "no-referrer").end(version),
    "/variable": ({ url }, answer) => answer.end(String(process.env[url.split("?")[1]])),
    "/slow": (_, answer) => setTimeout(() => answer.end(version), 4000),
    "/upload": (asked, answer) => {
      let bytes = 0;
      asked.on("data", (chunk) => (bytes += chunk.length)).on("end", () => answer.end(String(bytes)));
    },
    "/events": (_, answer) => {
      answer.writeHead(200, { "Content-Type": "text/event-stream" });
      answer.write("data: first\\n\\n");
      const timer = setInterval(() => answer.write("data: more\\n\\n"), 500);
      answer.on("close", () => clearInterval(timer));
    },
  };
  const http = createServer((asked, answer) => {
    const found = paths[asked.url.split("?")[0]];
    if (found) found(asked, answer);
    else answer.writeHead(404).end();
  });
  http.on("upgrade", (asked, socket) => {
    const key = createHash("sha1").update(asked.headers["sec-websocket-key"] + magic).digest("base64");
    socket.write("HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\nSec-WebSocket-Accept: " + key + "\\r\\n\\r\\n");
    const word = Buffer.from(version);
    socket.write(Buffer.concat([Buffer.from([0x81, word.length]), word]));
    socket.on("error", () => {});
  });
  http.listen(3000);
  process.on("SIGTERM", () => process.exit());
}
`;
