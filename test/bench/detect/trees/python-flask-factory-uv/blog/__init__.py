from flask import Flask
from flask_migrate import Migrate

from blog.config import Config
from blog.models import db


def create_app(config=Config):
    app = Flask(__name__)
    app.config.from_object(config)
    db.init_app(app)
    Migrate(app, db)
    return app
