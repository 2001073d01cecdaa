from fastapi import Depends, FastAPI
from sqlalchemy.orm import Session

from database import get_db

app = FastAPI(title="Notes")


@app.get("/health")
def health():
    return {"ok": True}


@app.get("/notes")
def notes(db: Session = Depends(get_db)):
    return []
