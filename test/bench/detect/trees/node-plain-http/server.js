import { createServer } from "node:http";
const port = process.env.PORT ?? 8080;
createServer((request, response) => response.end("ok\n")).listen(port, "0.0.0.0");
