import Fastify from "fastify";
await Fastify().listen({ port: Number(process.env.PORT ?? 4000), host: "0.0.0.0" });
