from beanie import init_beanie
from fastapi import FastAPI
from motor.motor_asyncio import AsyncIOMotorClient

from inventory.config import mongo_url


def create_app() -> FastAPI:
    app = FastAPI(title="Inventory")

    @app.on_event("startup")
    async def start():
        await init_beanie(AsyncIOMotorClient(mongo_url).inventory, document_models=[])

    return app
