import os
INSTALLED_APPS = ["rest_framework"]
WSGI_APPLICATION = "school.wsgi.application"
DATABASES = {"default": {"ENGINE": "django.db.backends.mysql", "NAME": "school", "HOST": os.environ.get("DB_HOST", "db")}}
