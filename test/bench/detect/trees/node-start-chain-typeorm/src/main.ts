import { server } from "./server";
const { HTTP_PORT = "8081" } = process.env;
server.listen(Number(HTTP_PORT));
