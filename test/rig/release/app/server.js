// Answers every kind of request that a release must not lose. The two lines below are what tests change.
const { createHash } = require("node:crypto");
const { createServer } = require("node:http");

const version = "one";
const manner = {};

if (manner.crashes) throw new Error("crash at start");
let well = manner.well !== "never";
if (manner.well === "at first") setTimeout(() => (well = false), 5000);

const routes = {
  "/healthz": (_, answer) => answer.writeHead(well ? 200 : 503).end(),
  "/slow": (request, answer) => setTimeout(() => answer.end(version), seconds(request)),
  "/events": events,
  "/upload": upload,
};

const server = createServer((request, answer) => {
  answer.setHeader("X-Version", version);
  const route = routes[request.url.split("?")[0]];
  if (route) return route(request, answer);
  if (request.method === "POST") return echo(request, answer);
  answer.end(version);
});
server.on("upgrade", echoFrames);
server.listen(manner.port ?? 3000, () => console.log(`version ${version}`));
// one kind of application finishes what it has begun, the other does not know what that is
process.on("SIGTERM", () => (manner.hasty ? process.exit() : server.close()));

const seconds = (request) => Number(/\d+/.exec(request.url)?.[0] ?? 1) * 1000;

/** A number a second, and "end" behind the last. */
function events(request, answer) {
  answer.writeHead(200, { "Content-Type": "text/event-stream" });
  const last = seconds(request) / 1000;
  let at = 0;
  const timer = setInterval(() => {
    answer.write(`data: ${++at}\n\n`);
    if (at < last) return;
    clearInterval(timer);
    answer.end("data: end\n\n");
  }, 1000);
  answer.on("close", () => clearInterval(timer));
}

/** What has arrived, when all of it has: Go's proxies do not answer what they still read. */
function echo(request, answer) {
  const pieces = [];
  request.on("data", (piece) => pieces.push(piece));
  request.on("end", () => answer.end(Buffer.concat(pieces)));
}

/** How much has arrived. */
function upload(request, answer) {
  let bytes = 0;
  request.on("data", (piece) => (bytes += piece.length));
  request.on("end", () => answer.end(String(bytes)));
}

/** A websocket that says what it hears: short frames, as small as they can be read. */
function echoFrames(request, socket) {
  const accept = createHash("sha1")
    .update(`${request.headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
    .digest("base64");
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
  socket.on("error", () => {});
  let rest = Buffer.alloc(0);
  socket.on("data", (piece) => {
    rest = Buffer.concat([rest, piece]);
    while (rest.length >= 6 && rest.length >= 6 + (rest[1] & 127)) {
      const length = rest[1] & 127;
      const text = rest.subarray(6, 6 + length).map((byte, at) => byte ^ rest[2 + (at % 4)]);
      socket.write(Buffer.concat([Buffer.from([rest[0], length]), text]));
      if ((rest[0] & 15) === 8) socket.end();
      rest = rest.subarray(6 + length);
    }
  });
}
