import os

import aiomysql
from fastapi import FastAPI

app = FastAPI()


@app.on_event("startup")
async def connect():
    app.state.pool = await aiomysql.create_pool(host=os.getenv("DB_HOST", "localhost"), user="ledger", password=os.getenv("DB_PASSWORD", ""), db="ledger")


@app.get("/accounts")
async def accounts():
    return []
