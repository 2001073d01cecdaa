from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    database_url: str = "postgresql+asyncpg://app:change-me@localhost/app"
    redis_url: str = "redis://localhost:6379/0"
    openai_api_key: str


settings = Settings()
