import assert from 'node:assert';
import { after, test } from 'node:test';
import Redis from 'ioredis';
import { build } from '../src/app.js';

process.env.NODE_ENV = 'test';
const redis = new Redis(process.env.REDIS_URL ?? 'redis://localhost:6379');
const app = build(redis);
after(async () => {
  await app.close();
  redis.disconnect();
});

test('an order is counted', async () => {
  const before = (await app.inject('/api/products')).json().find(({ id }) => id === 'rope');
  await app.inject({ method: 'POST', url: '/api/products/rope/order' });
  const after = (await app.inject('/api/products')).json().find(({ id }) => id === 'rope');
  assert.strictEqual(after.ordered, before.ordered + 1);
  assert.strictEqual(after.price, '12.50 €');
});

test('what is not sold cannot be ordered', async () => {
  assert.strictEqual((await app.inject({ method: 'POST', url: '/api/products/moon/order' })).statusCode, 404);
});
