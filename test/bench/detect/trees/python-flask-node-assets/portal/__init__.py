import os

from flask import Flask
from flask_session import Session
from redis import Redis


def create_app():
    app = Flask(__name__)
    app.config["SESSION_TYPE"] = "redis"
    app.config["SESSION_REDIS"] = Redis.from_url(os.environ.get("REDIS_URL", "redis://localhost:6379"))
    Session(app)
    return app
