require "redis"
require "sinatra/base"

class Counter < Sinatra::Base
  set :redis, Redis.new(url: ENV.fetch("REDIS_URL", "redis://localhost:6379"))
  get("/") { settings.redis.incr("visits").to_s }
end
