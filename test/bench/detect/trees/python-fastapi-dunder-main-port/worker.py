import os

from arq.connections import RedisSettings


async def run(ctx):
    pass


class Settings:
    functions = [run]
    redis_settings = RedisSettings.from_dsn(os.environ.get("REDIS_URL", "redis://localhost:6379"))
