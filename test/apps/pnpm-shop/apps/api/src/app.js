import { format } from '@shop/prices';
import Fastify from 'fastify';

const products = [
  { id: 'rope', name: 'Rope', cents: 1250 },
  { id: 'anchor', name: 'Anchor', cents: 9900 },
];

export function build(redis) {
  const app = Fastify({ logger: process.env.NODE_ENV !== 'test' });

  app.get('/health', async () => ({ redis: await redis.ping() }));

  app.get('/api/products', async () =>
    Promise.all(
      products.map(async ({ id, name, cents }) => ({
        id,
        name,
        price: format(cents),
        ordered: Number((await redis.get(`ordered:${id}`)) ?? 0),
      })),
    ),
  );

  app.post('/api/products/:id/order', async (request, reply) => {
    const product = products.find(({ id }) => id === request.params.id);
    if (!product) return reply.code(404).send({ error: 'no such product' });
    return { ordered: await redis.incr(`ordered:${product.id}`) };
  });

  return app;
}
