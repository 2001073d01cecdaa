from fastapi import FastAPI
from redis import Redis
from telemetry_core import connect

app = FastAPI()
cache = Redis()
