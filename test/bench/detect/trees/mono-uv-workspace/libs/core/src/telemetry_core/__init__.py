import os

import psycopg


def connect():
    return psycopg.connect(os.environ.get("DATABASE_URL", "postgresql://localhost/telemetry"))
