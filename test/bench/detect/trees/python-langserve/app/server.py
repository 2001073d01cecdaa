import os

from fastapi import FastAPI
from langchain_openai import ChatOpenAI, OpenAIEmbeddings
from langchain_postgres import PGVector
from langserve import add_routes

store = PGVector(embeddings=OpenAIEmbeddings(), connection=os.environ["PG_CONNECTION"])
app = FastAPI(title="Docs chat")
add_routes(app, ChatOpenAI(), path="/chat")

if __name__ == "__main__":
    import uvicorn

    uvicorn.run(app, host="0.0.0.0", port=8000)
