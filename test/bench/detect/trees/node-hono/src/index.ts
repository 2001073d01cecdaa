import { serve } from '@hono/node-server'
import { Redis } from '@upstash/redis'
import { Hono } from 'hono'

const app = new Hono()
const redis = Redis.fromEnv()

app.get('/:slug', async (c) => {
  const to = await redis.get<string>(c.req.param('slug'))
  return to ? c.redirect(to) : c.notFound()
})

serve({ fetch: app.fetch, port: 3000 }, (info) => console.log(`http://localhost:${info.port}`))
