import Redis from 'ioredis';
import { build } from './app.js';

const redis = new Redis(process.env.REDIS_URL ?? 'redis://localhost:6379');
const app = build(redis);

await app.listen({ port: Number(process.env.PORT ?? 4000), host: process.env.HOST ?? '127.0.0.1' });

process.on('SIGTERM', async () => {
  await app.close();
  redis.disconnect();
});
