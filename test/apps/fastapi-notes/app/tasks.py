import os

from celery import Celery

from .db import Session
from .models import Note

celery = Celery("notes", broker=os.environ.get("REDIS_URL", "redis://localhost:6379/0"))


@celery.task
def summarise(note_id: int) -> None:
    with Session.begin() as session:
        note = session.get(Note, note_id)
        if note is not None:
            note.summary = note.text.split(".")[0][:80]
