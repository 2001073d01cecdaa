from pathlib import Path
BASE_DIR = Path(__file__).resolve().parent.parent
SECRET_KEY = "change-me"
INSTALLED_APPS = ["django.contrib.admin", "polls.apps.PollsConfig"]
ROOT_URLCONF = "mysite.urls"
WSGI_APPLICATION = "mysite.wsgi.application"
# https://docs.djangoproject.com/en/4.2/ref/settings/#databases: postgresql, mysql, oracle…
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": BASE_DIR / "db.sqlite3"}}
