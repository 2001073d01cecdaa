import { Hono } from 'hono'
import Redis from 'ioredis'

const app = new Hono()
const redis = new Redis(process.env.REDIS_URL ?? 'redis://localhost:6379')
app.get('/', async (c) => c.json({ count: await redis.incr('count') }))

export default app
