import rasterio
from fastapi import FastAPI

api = FastAPI()


@api.get("/tiles/{z}/{x}/{y}")
def tile(z: int, x: int, y: int):
    return {"z": z}
