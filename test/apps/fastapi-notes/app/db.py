import os

from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker


def database_url() -> str:
    url = os.environ.get("DATABASE_URL", "postgresql+psycopg://notes:notes@localhost:5432/notes")
    # hosts hand over postgres://, SQLAlchemy wants the driver's name
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url


engine = create_engine(database_url(), pool_pre_ping=True)
Session = sessionmaker(engine)
