import pytest
from app.main import app
from app.tasks import celery
from fastapi.testclient import TestClient

client = TestClient(app)


@pytest.fixture(autouse=True)
def eager():
    celery.conf.task_always_eager = True


def add(text: str) -> dict:
    response = client.post("/notes", json={"text": text})
    assert response.status_code == 201
    return response.json()


def test_healthy():
    assert client.get("/healthz").json() == {"ok": True}


def test_the_nearest_note_is_found():
    add("A recipe for fish soup")
    note = add("The mast of the boat is broken")
    assert client.get("/notes/similar", params={"q": "broken mast"}).json()[0]["text"] == note["text"]


def test_an_empty_note_is_refused():
    assert client.post("/notes", json={"text": ""}).status_code == 422


def test_a_summary_is_made_by_the_worker():
    note = add("First sentence. Second sentence.")
    assert client.post(f"/notes/{note['id']}/summary").status_code == 202
    found = {n["id"]: n for n in client.get("/notes").json()}
    assert found[note["id"]]["summary"] == "First sentence"
