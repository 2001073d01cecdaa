import type { Files } from "./tree.ts";

export interface Case {
  what: string;
  files: Files;
  runtime: string;
  manager?: string;
  framework?: string | undefined;
  /** Of the web process, or of the worker where there is none. */
  run?: string;
  serve?: string;
  port?: number | undefined;
  health?: string;
  build?: string;
  install?: string;
  release?: string;
  /** name → kind. */
  services?: Record<string, string>;
  processes?: string[];
  env?: Record<string, unknown>;
}

const pkg = (more: object) => ({ name: "shop", private: true, ...more });
const lock = { "package-lock.json": "{}" };

const node: Case[] = [
  {
    what: "Next",
    files: {
      ...lock,
      ".nvmrc": "v22.4.0\n",
      "package.json": pkg({
        scripts: { dev: "next dev", build: "next build", start: "next start" },
        dependencies: { next: "15", react: "19" },
      }),
      "next.config.ts": "export default {};\n",
      "app/api/health/route.ts": "export const GET = () => new Response('ok');\n",
    },
    runtime: "node@22",
    manager: "npm",
    framework: "next",
    run: "next start",
    port: 3000,
    health: "/api/health",
    build: "npm run build",
  },
  {
    what: "Next, standalone",
    files: {
      "pnpm-lock.yaml": "lockfileVersion: '9.0'\n",
      "package.json": pkg({
        packageManager: "pnpm@9.12.0",
        scripts: { build: "next build", start: "next start -p 4000" },
        dependencies: { next: "15" },
      }),
      "next.config.mjs":
        "/** @type {import('next').NextConfig} */\nexport default { output: 'standalone' };\n",
    },
    runtime: "node@24",
    manager: "pnpm",
    framework: "next",
    run: "node .next/standalone/server.js",
    build: "pnpm run build && cp -r .next/static .next/standalone/.next/static",
    port: 4000,
    install: "pnpm install --frozen-lockfile",
  },
  {
    what: "Next, static export",
    files: {
      ...lock,
      "package.json": pkg({ scripts: { build: "next build" }, dependencies: { next: "14" } }),
      "next.config.js": "module.exports = { output: 'export' };\n",
    },
    runtime: "node@24",
    framework: "next",
    serve: "out",
    port: 8080,
  },
  {
    what: "Nuxt",
    files: {
      "yarn.lock": "# yarn lockfile v1\n",
      "package.json": pkg({
        scripts: { dev: "nuxt dev", build: "nuxt build" },
        dependencies: { nuxt: "^3" },
      }),
      "nuxt.config.ts": "export default defineNuxtConfig({});\n",
    },
    runtime: "node@24",
    manager: "yarn",
    framework: "nuxt",
    run: "node .output/server/index.mjs",
    port: 3000,
    install: "yarn install --frozen-lockfile",
  },
  {
    what: "React Router",
    files: {
      ...lock,
      "package.json": pkg({
        scripts: {
          build: "react-router build",
          dev: "react-router dev",
          start: "react-router-serve ./build/server/index.js",
        },
        dependencies: { "@react-router/node": "7", "@react-router/serve": "7", "react-router": "7" },
        devDependencies: { "@react-router/dev": "7", vite: "6" },
      }),
      "vite.config.ts": "export default {};\n",
    },
    runtime: "node@24",
    framework: "react-router",
    run: "react-router-serve ./build/server/index.js",
    port: 3000,
  },
  {
    what: "Remix",
    files: {
      ...lock,
      "package.json": pkg({
        scripts: { build: "remix vite:build", start: "remix-serve ./build/server/index.js" },
        dependencies: { "@remix-run/node": "2", "@remix-run/react": "2", "@remix-run/serve": "2" },
        devDependencies: { "@remix-run/dev": "2", vite: "5" },
      }),
      "vite.config.ts": "",
    },
    runtime: "node@24",
    framework: "remix",
    run: "remix-serve ./build/server/index.js",
    port: 3000,
  },
  {
    what: "SvelteKit with its Node adapter",
    files: {
      ...lock,
      "package.json": pkg({
        scripts: { dev: "vite dev", build: "vite build", preview: "vite preview" },
        devDependencies: { "@sveltejs/kit": "2", "@sveltejs/adapter-node": "5", vite: "6" },
      }),
      "svelte.config.js":
        "import adapter from '@sveltejs/adapter-node';\nexport default { kit: { adapter: adapter() } };\n",
    },
    runtime: "node@24",
    framework: "sveltekit",
    run: "node build",
    port: 3000,
  },
  {
    what: "Astro, static",
    files: {
      ...lock,
      "package.json": pkg({
        scripts: { dev: "astro dev", build: "astro build", preview: "astro preview", start: "astro dev" },
        dependencies: { astro: "5" },
      }),
      "astro.config.mjs": "export default {};\n",
    },
    runtime: "node@24",
    framework: "astro",
    serve: "dist",
    port: 8080,
  },
  {
    what: "Astro, rendered on a server",
    files: {
      ...lock,
      "package.json": pkg({
        scripts: { build: "astro build" },
        dependencies: { astro: "5", "@astrojs/node": "9" },
      }),
      "astro.config.mjs":
        "import node from '@astrojs/node';\nexport default { output: 'server', adapter: node({ mode: 'standalone' }) };\n",
    },
    runtime: "node@24",
    framework: "astro",
    run: "node ./dist/server/entry.mjs",
    port: 4321,
  },
  {
    what: "Angular",
    files: {
      ...lock,
      "package.json": pkg({
        scripts: { ng: "ng", start: "ng serve", build: "ng build" },
        dependencies: { "@angular/core": "19" },
        devDependencies: { "@angular/cli": "19" },
      }),
      "angular.json": {
        projects: {
          shop: {
            projectType: "application",
            architect: {
              build: {
                builder: "@angular-devkit/build-angular:application",
                options: { outputPath: "dist/shop" },
              },
            },
          },
        },
      },
      "src/index.html": "<html></html>",
    },
    runtime: "node@24",
    framework: "angular",
    serve: "dist/shop/browser",
    port: 8080,
  },
  {
    what: "Vite",
    files: {
      "bun.lock": "{}",
      "index.html": "<html></html>",
      "package.json": pkg({
        scripts: { dev: "vite", build: "vite build", preview: "vite preview" },
        dependencies: { react: "19" },
        devDependencies: { vite: "6" },
      }),
      "vite.config.ts": "export default { build: { outDir: 'out' } };\n",
    },
    runtime: "node@24",
    manager: "bun",
    framework: "vite",
    serve: "out",
    port: 8080,
    services: {},
  },
  {
    what: "Create React App",
    files: {
      ...lock,
      "package.json": pkg({
        scripts: { start: "react-scripts start", build: "react-scripts build", test: "react-scripts test" },
        dependencies: { react: "18", "react-scripts": "5" },
      }),
      "public/index.html": "<html></html>",
    },
    runtime: "node@24",
    framework: "cra",
    serve: "build",
    port: 8080,
  },
  {
    what: "Nest with Prisma",
    files: {
      ...lock,
      "package.json": pkg({
        engines: { node: "^22" },
        scripts: {
          build: "nest build",
          start: "nest start",
          "start:dev": "nest start --watch",
          "start:prod": "node dist/main",
        },
        dependencies: { "@nestjs/core": "10", "@nestjs/platform-express": "10", "@prisma/client": "5" },
        devDependencies: { prisma: "5", "@nestjs/cli": "10" },
      }),
      "src/main.ts":
        "const app = await NestFactory.create(AppModule);\nawait app.listen(process.env.PORT ?? 3333);\n",
      "prisma/schema.prisma": 'datasource db {\n  provider = "mysql"\n  url = env("DATABASE_URL")\n}\n',
      "prisma/migrations/1_init/migration.sql": "create table a (id int);\n",
    },
    runtime: "node@22",
    framework: "nest",
    run: "node dist/main",
    port: 3333,
    release: "npx prisma migrate deploy",
    services: { db: "mysql" },
  },
  {
    what: "Express through nodemon, on the loopback address",
    files: {
      ...lock,
      "package.json": pkg({
        main: "missing.js",
        scripts: { start: "nodemon server.js" },
        dependencies: { express: "4", mongoose: "8", ioredis: "5" },
      }),
      "server.js":
        "const app = require('express')();\napp.get('/healthz', (q, s) => s.send('ok'));\napp.listen(5000);\n",
    },
    runtime: "node@24",
    framework: "express",
    run: "node server.js",
    port: 5000,
    health: "/healthz",
    services: { db: "mongo", cache: "redis" },
  },
  {
    what: "Fastify with its port in a module of its own",
    files: {
      "yarn.lock": "__metadata:\n  version: 8\n",
      ".yarnrc.yml": "nodeLinker: node-modules\n",
      "package.json": pkg({
        packageManager: "yarn@4.5.0",
        type: "module",
        scripts: { build: "tsc", start: "node build/server.js", dev: "tsx watch src/server.ts" },
        dependencies: { fastify: "5", postgres: "3", "drizzle-orm": "0.3" },
        devDependencies: { "drizzle-kit": "0.2", typescript: "5" },
      }),
      "tsconfig.json": '{ "compilerOptions": { "outDir": "./build", /* here */ "rootDir": "src", } }',
      "src/server.ts":
        "import Fastify from 'fastify';\nimport { config } from './config.js';\nawait Fastify().listen({ port: config.port, host: '0.0.0.0' });\n",
      "src/config.ts": "export const config = { port: Number(process.env.PORT ?? 3100) };\n",
      "drizzle.config.ts": "export default { dialect: 'postgresql', out: './drizzle' };\n",
      "drizzle/0000_a.sql": "",
    },
    runtime: "node@24",
    manager: "yarn",
    framework: "fastify",
    run: "node build/server.js",
    port: 3100,
    install: "yarn install --immutable",
    release: "npx drizzle-kit migrate",
    services: { db: "postgres" },
  },
  {
    what: "Hono on Bun",
    files: {
      "bun.lockb": "",
      "package.json": pkg({ scripts: { dev: "bun run --hot src/index.ts" }, dependencies: { hono: "4" } }),
      "src/index.ts":
        "import { Hono } from 'hono';\nconst app = new Hono();\napp.get('/health', (c) => c.text('ok'));\nexport default { port: 8787, fetch: app.fetch };\n",
    },
    runtime: "node@24",
    manager: "bun",
    framework: "hono",
    run: "bun run src/index.ts",
    port: 8787,
  },
  {
    what: "a bot without a port",
    files: {
      ...lock,
      "package.json": pkg({ scripts: { start: "node bot.js" }, dependencies: { "discord.js": "14" } }),
      "bot.js": "client.login(process.env.DISCORD_TOKEN);\n",
    },
    runtime: "node@24",
    framework: undefined,
    run: "node bot.js",
    port: undefined,
    processes: ["worker"],
    env: { DISCORD_TOKEN: { secret: true } },
  },
  {
    what: "Eleventy",
    files: {
      ...lock,
      "package.json": pkg({
        scripts: { build: "eleventy", start: "eleventy --serve" },
        devDependencies: { "@11ty/eleventy": "3" },
      }),
      ".eleventy.js": "module.exports = () => ({ dir: { output: 'www' } });\n",
    },
    runtime: "node@24",
    framework: "eleventy",
    serve: "www",
    port: 8080,
  },
  {
    what: "a hosted database is no service",
    files: {
      ...lock,
      "package.json": pkg({
        scripts: { build: "next build", start: "next start" },
        dependencies: { next: "15", "@neondatabase/serverless": "1", "drizzle-orm": "1" },
      }),
      ".env.example": "DATABASE_URL=postgresql://user:pw@ep-x.neon.tech/db\n",
    },
    runtime: "node@24",
    framework: "next",
    services: {},
  },
];

const python: Case[] = [
  {
    what: "FastAPI in a source folder, with uv",
    files: {
      "uv.lock": "version = 1\n",
      "pyproject.toml":
        '[project]\nname = "shop"\nrequires-python = ">=3.14"\ndependencies = ["fastapi[standard]", "asyncpg", "pgvector"]\n[dependency-groups]\ndev = ["pytest", "redis"]\n',
      "src/shop/__init__.py": "",
      "src/shop/main.py":
        "from fastapi import FastAPI\nfrom shop.routes import router\n\napp = FastAPI(title='x')\n",
      "src/shop/routes.py": "@router.get('/health')\ndef health(): ...\n",
    },
    runtime: "python@3.14",
    manager: "uv",
    framework: "fastapi",
    run: "uvicorn --app-dir src shop.main:app --host 0.0.0.0 --port 8000",
    port: 8000,
    health: "/health",
    install: "uv sync --locked --no-dev",
    services: { db: "pgvector" },
  },
  {
    what: "Django over WSGI, with Poetry",
    files: {
      "poetry.lock": "",
      "pyproject.toml":
        '[tool.poetry.dependencies]\npython = "^3.12"\ndjango = "^5"\npsycopg = {extras = ["binary"], version = "^3"}\ngunicorn = "*"\n',
      "manage.py":
        "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\nfrom django.core.management import execute_from_command_line\n",
      "shop/settings.py":
        "WSGI_APPLICATION = 'shop.wsgi.application'\nSTATIC_ROOT = 'x'\nSECRET_KEY = os.environ['SECRET_KEY']\nDATABASES = {'default': {'ENGINE': 'django.db.backends.postgresql'}}\n",
      "shop/wsgi.py": "",
      "shop/asgi.py": "",
    },
    runtime: "python@3.13",
    manager: "poetry",
    framework: "django",
    run: "gunicorn --bind 0.0.0.0:8000 shop.wsgi:application",
    port: 8000,
    build: "python manage.py collectstatic --noinput",
    release: "python manage.py migrate --noinput",
    services: { db: "postgres" },
    env: { SECRET_KEY: { secret: true } },
  },
  {
    what: "Django over ASGI, with channels and Celery",
    files: {
      "requirements.txt": "django==5.1\nchannels[daphne]\ndaphne\nchannels-redis\ncelery\nmysqlclient\n",
      "runtime.txt": "python-3.12.7\n",
      "manage.py": "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'config.settings.dev')\n# django\n",
      "config/__init__.py": "",
      "config/settings/base.py":
        "ASGI_APPLICATION = 'config.asgi.application'\nDATABASES = {'default': {'ENGINE': 'django.db.backends.mysql'}}\nCELERY_BEAT_SCHEDULE = {}\n",
      "config/settings/dev.py": "from .base import *\n",
      "config/asgi.py": "",
      "config/celery.py": "from celery import Celery\napp = Celery('config')\n",
    },
    runtime: "python@3.12",
    manager: "pip",
    framework: "django",
    run: "daphne -b 0.0.0.0 -p 8000 config.asgi:application",
    processes: ["web", "worker", "beat"],
    services: { db: "mysql", cache: "redis" },
  },
  {
    what: "Flask with a factory",
    files: {
      Pipfile: '[packages]\nflask = "*"\ngunicorn = "*"\nredis = "*"\n[requires]\npython_version = "3.11"\n',
      "Pipfile.lock": "{}",
      "shop/__init__.py":
        "from flask import Flask\n\ndef create_app(config=None):\n    app = Flask(__name__)\n    return app\n",
    },
    runtime: "python@3.11",
    manager: "pipenv",
    framework: "flask",
    run: "gunicorn --bind 0.0.0.0:8000 'shop:create_app()'",
    port: 8000,
    services: { cache: "redis" },
  },
  {
    what: "Flask that says its port",
    files: {
      "requirements.txt": "Flask\n",
      "app.py":
        "from flask import Flask\napp = Flask(__name__)\n\nif __name__ == '__main__':\n    app.run(host='127.0.0.1', port=5050)\n",
    },
    runtime: "python@3.13",
    framework: "flask",
    run: "gunicorn --bind 0.0.0.0:5050 app:app",
    port: 5050,
    services: {},
  },
  {
    what: "Streamlit",
    files: {
      "requirements.txt": "streamlit\nlangchain-openai\n",
      "app.py": "import streamlit as st\nst.title('x')\n",
    },
    runtime: "python@3.13",
    framework: "streamlit",
    run: "streamlit run app.py --server.address 0.0.0.0 --server.port 8501 --server.headless true",
    port: 8501,
    health: "/_stcore/health",
    env: { OPENAI_API_KEY: { secret: true } },
  },
  {
    what: "Gradio",
    files: {
      "requirements.txt": "gradio\n",
      "app.py": "import gradio as gr\nwith gr.Blocks() as demo: ...\ndemo.launch()\n",
    },
    runtime: "python@3.13",
    framework: "gradio",
    run: "python app.py",
    port: 7860,
  },
  {
    what: "LangServe",
    files: {
      "pyproject.toml":
        '[project]\nname = "x"\ndependencies = ["fastapi", "uvicorn", "langserve"]\n[build-system]\nbuild-backend = "pdm.backend"\n',
      "pdm.lock": "",
      "app/server.py": "from fastapi import FastAPI\nfrom langserve import add_routes\napp = FastAPI()\n",
      "app/__init__.py": "",
    },
    runtime: "python@3.13",
    manager: "pdm",
    framework: "langserve",
    run: "uvicorn app.server:app --host 0.0.0.0 --port 8000",
  },
  {
    what: "conda",
    files: {
      "environment.yml":
        "dependencies:\n  - python=3.12\n  - fastapi\n  - uvicorn=0.30\n  - pip:\n    - redis\n",
      "main.py": "from fastapi import FastAPI\napp = FastAPI()\n",
    },
    runtime: "python@3.12",
    manager: "conda",
    framework: "fastapi",
    services: { cache: "redis" },
  },
  {
    what: "a Procfile goes before what is guessed",
    files: {
      Procfile:
        "web: gunicorn -w 4 core:server --bind 0.0.0.0:$PORT\nworker: rq worker high\nrelease: flask db upgrade\n",
      "requirements.txt": "flask\ngunicorn\nrq\n",
      "core.py": "from flask import Flask\nserver = Flask(__name__)\n",
    },
    runtime: "python@3.13",
    framework: "flask",
    run: "gunicorn -w 4 core:server --bind 0.0.0.0:8000",
    port: 8000,
    release: "flask db upgrade",
    processes: ["web", "worker"],
    services: { cache: "redis" },
  },
];

const others: Case[] = [
  {
    what: "Laravel",
    files: {
      "composer.json": { require: { php: "^8.2", "laravel/framework": "^11" } },
      "composer.lock": "{}",
      artisan: "#!/usr/bin/env php\n",
      "public/index.php": "<?php\n",
      "bootstrap/app.php": "<?php return Application::configure()->withRouting(health: '/up')->create();\n",
      "routes/console.php": "<?php\nSchedule::command('inspire')->hourly();\n",
      ".env.example":
        "APP_KEY=\nAPP_DEBUG=true\nDB_CONNECTION=mysql\nDB_HOST=127.0.0.1\nDB_PORT=3306\nDB_DATABASE=shop\nDB_USERNAME=root\nDB_PASSWORD=\nQUEUE_CONNECTION=redis\nCACHE_STORE=database\nREDIS_HOST=127.0.0.1\nMAIL_HOST=mailpit\nMAIL_PORT=1025\n",
      "package.json": {
        scripts: { build: "vite build", dev: "vite" },
        devDependencies: { vite: "6", "laravel-vite-plugin": "1" },
      },
      "package-lock.json": "{}",
    },
    runtime: "php@8.4",
    manager: "composer",
    framework: "laravel",
    run: "apache2-foreground",
    serve: "public",
    health: "/up",
    release: "php artisan migrate --force",
    processes: ["web", "worker", "scheduler"],
    services: { db: "mysql", cache: "redis", mail: "mailpit" },
    env: {
      APP_KEY: { secret: true },
      DB_HOST: `\${db.host}`,
      DB_PASSWORD: `\${db.password}`,
      MAIL_HOST: `\${mail.host}`,
    },
  },
  {
    what: "Laravel on SQLite has no database server",
    files: {
      "composer.json": { require: { php: ">=8.3 <8.4", "laravel/framework": "^12" } },
      artisan: "",
      "public/index.php": "",
      ".env.example":
        "APP_KEY=\nDB_CONNECTION=sqlite\n# DB_HOST=127.0.0.1\nREDIS_HOST=127.0.0.1\nQUEUE_CONNECTION=database\n",
    },
    runtime: "php@8.3",
    framework: "laravel",
    services: {},
  },
  {
    what: "Symfony",
    files: {
      "composer.json": {
        require: {
          php: ">=8.4",
          "symfony/framework-bundle": "7.2.*",
          "doctrine/doctrine-migrations-bundle": "^3",
        },
      },
      "public/index.php": "",
      "bin/console": "",
      "compose.yaml": "services:\n  database:\n    image: postgres:${POSTGRES_VERSION:-16}-alpine\n",
    },
    runtime: "php@8.4",
    framework: "symfony",
    serve: "public",
    release: "php bin/console doctrine:migrations:migrate --no-interaction --allow-no-migration",
    services: { database: "postgres" },
  },
  {
    what: "WordPress",
    files: {
      "wp-config-sample.php": "<?php\n",
      "index.php": "<?php\n",
      "wp-content/themes/x/style.css": "/*\nTheme Name: X\n*/",
      "wp-includes/version.php": "<?php\n",
    },
    runtime: "php@8.4",
    framework: "wordpress",
    serve: ".",
    services: { db: "mysql" },
  },
  {
    what: "plain PHP",
    files: { "index.php": "<?php\n$db = new PDO('mysql:host=localhost;dbname=x');\n" },
    runtime: "php@8.4",
    run: "apache2-foreground",
    port: 8080,
    services: { db: "mysql" },
  },
  {
    what: "Rails",
    files: {
      Gemfile:
        'source "https://rubygems.org"\ngem "rails", "~> 8.0"\ngem "pg"\ngem "puma"\ngem "sidekiq"\n# gem "mysql2"\ngroup :development, :test do\n  gem "sqlite3"\nend\n',
      "Gemfile.lock": "",
      ".ruby-version": "ruby-3.3.5\n",
      "config/puma.rb": 'port ENV.fetch("PORT", 3000)\n',
      "config/routes.rb":
        'Rails.application.routes.draw do\n  get "up" => "rails/health#show", as: :rails_health_check\nend\n',
      "config/database.yml": "default: &default\n  adapter: postgresql\n",
      "db/seeds.rb": "",
      "bin/rails": "",
      "config/credentials.yml.enc": "x",
    },
    runtime: "ruby@3.3",
    manager: "bundler",
    framework: "rails",
    run: "bundle exec puma -C config/puma.rb",
    port: 3000,
    health: "/up",
    release: "bin/rails db:prepare",
    processes: ["web", "worker"],
    services: { db: "postgres", cache: "redis" },
    env: { RAILS_MASTER_KEY: { secret: true } },
  },
  {
    what: "Sinatra",
    files: {
      Gemfile: 'ruby "~> 3.4.0"\ngem "sinatra"\ngem "puma"\n',
      "config.ru": "run App\n",
      "app.rb": "get('/healthz') { 'ok' }\n",
    },
    runtime: "ruby@3.4",
    framework: "sinatra",
    run: "bundle exec puma -b tcp://0.0.0.0:9292",
    port: 9292,
  },
  {
    what: "Jekyll",
    files: { Gemfile: 'gem "jekyll"\n', "_config.yml": "title: x\n", "_posts/a.md": "", "index.html": "" },
    runtime: "ruby@3.4",
    framework: "jekyll",
    serve: "_site",
    port: 8080,
  },
  {
    what: "Spring Boot with Maven",
    files: {
      mvnw: "",
      "pom.xml":
        "<project><artifactId>shop</artifactId><version>1.2.0</version><properties><java.version>17</java.version></properties><dependencies><dependency><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-web</artifactId></dependency><dependency><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-actuator</artifactId></dependency><dependency><groupId>org.postgresql</groupId><artifactId>postgresql</artifactId><scope>runtime</scope></dependency><dependency><groupId>com.h2database</groupId><artifactId>h2</artifactId><scope>test</scope></dependency></dependencies><build><plugins><plugin><artifactId>spring-boot-maven-plugin</artifactId></plugin></plugins></build></project>",
      "src/main/resources/application.properties": "server.port=${PORT:9090}\n",
      "src/main/java/A.java": "@SpringBootApplication class A { public static void main(String[] a) {} }",
    },
    runtime: "java@17",
    manager: "maven",
    framework: "spring-boot",
    run: "java -jar target/shop-1.2.0.jar",
    port: 9090,
    health: "/actuator/health",
    build: "./mvnw -B -DskipTests package",
    services: { db: "postgres" },
    env: { SPRING_DATASOURCE_URL: `jdbc:postgresql://\${db.host}:\${db.port}/\${db.name}` },
  },
  {
    what: "Spring Boot with Gradle and Kotlin",
    files: {
      gradlew: "",
      "settings.gradle.kts": 'rootProject.name = "shop"\n',
      "build.gradle.kts":
        'plugins {\n  id("org.springframework.boot") version "3.4.0"\n  kotlin("jvm") version "2.1.0"\n}\nversion = "0.1"\njava { toolchain { languageVersion = JavaLanguageVersion.of(21) } }\ndependencies {\n  implementation("org.springframework.boot:spring-boot-starter-webflux")\n  // implementation("com.mysql:mysql-connector-j")\n  implementation("org.springframework.boot:spring-boot-starter-data-redis")\n}\n',
      "src/main/kotlin/A.kt": "@SpringBootApplication\nclass A\nfun main(args: Array<String>) {}\n",
    },
    runtime: "java@21",
    manager: "gradle",
    framework: "spring-boot",
    run: "java -jar build/libs/shop-0.1.jar",
    port: 8080,
    services: { cache: "redis" },
  },
  {
    what: "Quarkus",
    files: {
      "pom.xml":
        "<project><artifactId>q</artifactId><version>1</version><properties><maven.compiler.release>21</maven.compiler.release></properties><dependencies><dependency><groupId>io.quarkus</groupId><artifactId>quarkus-rest</artifactId></dependency><dependency><groupId>io.quarkus</groupId><artifactId>quarkus-smallrye-health</artifactId></dependency></dependencies></project>",
    },
    runtime: "java@21",
    framework: "quarkus",
    run: "java -jar target/quarkus-app/quarkus-run.jar",
    port: 8080,
    health: "/q/health/ready",
  },
  {
    what: "Gin",
    files: {
      "go.mod":
        "module example.org/shop\n\ngo 1.26.1\n\nrequire (\n\tgithub.com/gin-gonic/gin v1.10.0\n\tgithub.com/jackc/pgx/v5 v5.7.0\n\tgithub.com/redis/go-redis/v9 v9.0.0 // indirect\n)\n",
      "cmd/server/main.go":
        'package main\n\nimport "github.com/gin-gonic/gin"\n\nfunc main() {\n\tr := gin.Default()\n\tr.GET("/healthz", h)\n\tr.Run(":9000")\n}\n',
      "cmd/migrate/main.go": "package main\n\nfunc main() {}\n",
    },
    runtime: "go@1.26",
    manager: "go",
    framework: "gin",
    run: "./bin/server",
    port: 9000,
    health: "/healthz",
    release: "./bin/migrate",
    services: { db: "postgres" },
  },
  {
    what: "plain net/http",
    files: {
      "go.mod": "module example.org/hello\n\ngo 1.27\n",
      "main.go":
        'package main\n\nimport "net/http"\n\nfunc main() {\n\tport := os.Getenv("PORT")\n\tif port == "" {\n\t\tport = "3001"\n\t}\n\thttp.ListenAndServe(":"+port, nil)\n}\n',
    },
    runtime: "go@1.27",
    framework: undefined,
    run: "./bin/hello",
    port: 3001,
  },
  {
    what: "Axum",
    files: {
      "Cargo.toml":
        '[package]\nname = "shop"\nedition = "2024"\nrust-version = "1.80"\n[dependencies]\naxum = "0.8"\nsqlx = { version = "0.8", features = ["postgres", "runtime-tokio"] }\n',
      "Cargo.lock": "",
      "src/main.rs": 'fn main() { let l = TcpListener::bind("0.0.0.0:3030").await; }\n',
    },
    runtime: "rust@1.99",
    manager: "cargo",
    framework: "axum",
    run: "./target/release/shop",
    port: 3030,
    services: { db: "postgres" },
  },
  {
    what: "Actix",
    files: {
      "rust-toolchain.toml": '[toolchain]\nchannel = "1.85.0"\n',
      "Cargo.toml": '[package]\nname = "api"\n[dependencies]\nactix-web = "4"\n',
      "src/main.rs": 'HttpServer::new(|| App::new()).bind(("127.0.0.1", 8088))?.run().await\n',
    },
    runtime: "rust@1.85",
    framework: "actix",
    run: "./target/release/api",
    port: 8088,
  },
  {
    what: "ASP.NET Core",
    files: {
      "Shop.sln": "",
      "src/Shop.Api/Shop.Api.csproj":
        '<Project Sdk="Microsoft.NET.Sdk.Web"><PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup><ItemGroup><PackageReference Include="Npgsql.EntityFrameworkCore.PostgreSQL" Version="9" /></ItemGroup></Project>',
      "src/Shop.Api/Program.cs": 'app.MapHealthChecks("/healthz");\napp.Run();\n',
      "test/Shop.Tests/Shop.Tests.csproj":
        '<Project Sdk="Microsoft.NET.Sdk"><ItemGroup><PackageReference Include="Microsoft.NET.Test.Sdk" /></ItemGroup></Project>',
    },
    runtime: "dotnet@10.0",
    framework: "aspnet",
    run: "dotnet out/Shop.Api.dll",
    port: 8080,
    health: "/healthz",
    services: { db: "postgres" },
  },
  {
    what: "Phoenix",
    files: {
      ".tool-versions": "erlang 27.1\nelixir 1.18.1-otp-27\n",
      "mix.exs":
        'def project, do: [app: :shop, elixir: "~> 1.14", deps: deps(), aliases: ["assets.deploy": []]]\n{:phoenix, "~> 1.7"},\n{:ecto_sql, "~> 3.10"},\n{:postgrex, ">= 0.0.0"},\n',
      "config/runtime.exs": 'port = String.to_integer(System.get_env("PORT") || "4000")\n',
      "priv/repo/seeds.exs": "",
      "lib/shop/release.ex": "defmodule Shop.Release do\n",
    },
    runtime: "elixir@1.18",
    framework: "phoenix",
    run: "_build/prod/rel/shop/bin/shop start",
    port: 4000,
    release: "_build/prod/rel/shop/bin/shop eval 'Shop.Release.migrate()'",
    services: { db: "postgres" },
  },
  {
    what: "Deno",
    files: {
      "deno.json": {
        tasks: { start: "deno run -A main.ts", dev: "deno run --watch main.ts" },
        imports: { hono: "jsr:@hono/hono@^4" },
      },
      "main.ts": "Deno.serve({ port: 8001 }, app.fetch);\n",
    },
    runtime: "deno@2",
    manager: "deno",
    framework: "hono",
    run: "deno run -A main.ts",
    port: 8001,
  },
  {
    what: "plain files",
    files: { "index.html": "<html></html>", "style.css": "a {}" },
    runtime: "static",
    serve: ".",
    port: 8080,
    health: "/",
  },
  {
    what: "Hugo",
    files: { "hugo.toml": "baseURL = 'https://x.example/'\n", "content/a.md": "" },
    runtime: "static",
    framework: "hugo",
    serve: "public",
    build: "hugo --minify",
  },
  {
    what: "an own Dockerfile is used",
    files: {
      ...lock,
      Dockerfile: 'FROM node:22-slim\nWORKDIR /app\nCOPY . .\nEXPOSE 4500\nCMD ["node", "server.js"]\n',
      "package.json": pkg({ scripts: { start: "node server.js" }, dependencies: { express: "4" } }),
      "server.js": "app.listen(process.env.PORT)\n",
    },
    runtime: "node@22",
    framework: "express",
    run: "node server.js",
    port: 4500,
  },
  {
    what: "a compose file names its services and their versions",
    files: {
      "compose.yaml":
        "services:\n  web:\n    build: .\n    ports: ['8081:8080']\n  pg:\n    image: pgvector/pgvector:pg16\n  kv:\n    image: valkey/valkey:8-alpine\n",
      "go.mod": "module x\n\ngo 1.26\n\nrequire github.com/redis/go-redis/v9 v9.0.0\n",
      "main.go": 'package main\nimport "net/http"\nfunc main() { http.ListenAndServe(":8080", nil) }\n',
    },
    runtime: "go@1.26",
    port: 8080,
    services: { pg: "pgvector", kv: "valkey" },
  },
];

export const cases: readonly Case[] = [...node, ...python, ...others];
