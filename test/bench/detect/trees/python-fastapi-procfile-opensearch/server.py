import os

from fastapi import FastAPI
from minio import Minio
from opensearchpy import OpenSearch

app = FastAPI()
search = OpenSearch(os.environ.get("OPENSEARCH_URL", "http://localhost:9200"))
files = Minio(os.environ.get("MINIO_ENDPOINT", "localhost:9000"), os.environ["MINIO_ACCESS_KEY"], os.environ["MINIO_SECRET_KEY"])


@app.get("/search")
def find(q: str):
    return search.search(index="docs", body={"query": {"match": {"text": q}}})
