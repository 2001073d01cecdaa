import os

mongo_url = os.environ.get("MONGODB_URL", "mongodb://localhost:27017")
