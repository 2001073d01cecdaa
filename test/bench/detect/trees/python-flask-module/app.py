import os

from flask import Flask, jsonify
from flask_sqlalchemy import SQLAlchemy

app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = os.environ.get("DATABASE_URL", "mysql+pymysql://shop:change-me@localhost/shop")
db = SQLAlchemy(app)


@app.route("/")
def index():
    return jsonify(ok=True)


if __name__ == "__main__":
    app.run(host="127.0.0.1", debug=True)
