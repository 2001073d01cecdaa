import uvicorn
from arq import create_pool
from arq.connections import RedisSettings
from fastapi import FastAPI

app = FastAPI()


@app.post("/caption")
async def caption():
    pool = await create_pool(RedisSettings())
    await pool.enqueue_job("run")


if __name__ == "__main__":
    uvicorn.run("app:app", host="0.0.0.0", port=5001)
