import Fastify from 'fastify';
import { routes } from './routes.js';

const app = Fastify({ logger: true });
app.register(routes);
const port = Number(process.env.PORT) || 8080;
await app.listen({ port, host: '0.0.0.0' });
