export default defineNuxtConfig({
  compatibilityDate: '2024-11-01',
  devtools: { enabled: true },
  nitro: { storage: { cache: { driver: 'redis', url: process.env.REDIS_URL } } },
})
