import os

import requests
from celery import Celery

app = Celery(
    "tasks",
    broker=os.environ.get("BROKER_URL", "amqp://guest:guest@localhost:5672//"),
    backend=os.environ.get("RESULT_URL", "redis://localhost:6379/1"),
)


@app.task
def fetch(url):
    return requests.get(url, timeout=10).status_code
