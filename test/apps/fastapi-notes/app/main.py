from fastapi import FastAPI, HTTPException
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field
from sqlalchemy import select, text

from .db import Session
from .embedding import embed
from .models import Note
from .tasks import summarise

app = FastAPI(title="Notes")


class NewNote(BaseModel):
    text: str = Field(min_length=1, max_length=2000)


def shown(note: Note) -> dict:
    return {"id": note.id, "text": note.text, "summary": note.summary}


@app.get("/", response_class=HTMLResponse)
def index() -> str:
    return "<!doctype html><title>Notes</title><h1>Notes</h1><p><a href='/docs'>API</a></p>"


@app.get("/healthz")
def healthz() -> dict:
    with Session() as session:
        session.execute(text("SELECT 1"))
    return {"ok": True}


@app.get("/notes")
def list_notes() -> list[dict]:
    with Session() as session:
        return [shown(note) for note in session.scalars(select(Note).order_by(Note.id))]


@app.post("/notes", status_code=201)
def add_note(new: NewNote) -> dict:
    with Session.begin() as session:
        note = Note(text=new.text, embedding=embed(new.text))
        session.add(note)
        session.flush()
        return shown(note)


@app.get("/notes/similar")
def similar(q: str) -> list[dict]:
    with Session() as session:
        nearest = select(Note).order_by(Note.embedding.cosine_distance(embed(q))).limit(3)
        return [shown(note) for note in session.scalars(nearest)]


@app.post("/notes/{note_id}/summary", status_code=202)
def request_summary(note_id: int) -> dict:
    with Session() as session:
        if session.get(Note, note_id) is None:
            raise HTTPException(404, "no such note")
    return {"task": summarise.delay(note_id).id}
