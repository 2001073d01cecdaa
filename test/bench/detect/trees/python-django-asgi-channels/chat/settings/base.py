import os

import dj_database_url

INSTALLED_APPS = ["daphne", "channels", "django.contrib.auth", "django.contrib.contenttypes", "rooms"]
ASGI_APPLICATION = "chat.asgi.application"
ROOT_URLCONF = "chat.urls"
DATABASES = {"default": dj_database_url.config(default="postgres://chat:change-me@localhost/chat")}
CHANNEL_LAYERS = {
    "default": {"BACKEND": "channels_redis.core.RedisChannelLayer", "CONFIG": {"hosts": [os.environ.get("REDIS_URL", "redis://localhost:6379")]}}
}
