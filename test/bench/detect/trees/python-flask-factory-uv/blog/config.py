import os


class Config:
    SQLALCHEMY_DATABASE_URI = os.environ.get("DATABASE_URL", "postgresql:///blog")
    REDIS_URL = os.environ.get("REDIS_URL", "redis://")
