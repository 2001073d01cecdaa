from app.db import Session
from app.embedding import embed
from app.models import Note

TEXTS = ["Boats need paint every spring.", "Coffee is best before nine.", "The harbour opens at six."]

with Session.begin() as session:
    session.add_all(Note(text=text, embedding=embed(text)) for text in TEXTS)
print(f"{len(TEXTS)} notes")
