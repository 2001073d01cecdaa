import environ
env = environ.Env()
SECRET_KEY = env("SECRET_KEY")
INSTALLED_APPS = ["django.contrib.auth", "people"]
WSGI_APPLICATION = "hr.wsgi.application"
ROOT_URLCONF = "hr.urls"
DATABASES = {"default": env.db("DATABASE_URL")}
