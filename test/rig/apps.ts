// What the rig knows of the sample applications in test/apps, which know nothing of us.

export interface AppService {
  image: string;
  env?: Readonly<Record<string, string>>;
  /** Succeeds inside the service as soon as it can be used. */
  ready: readonly string[];
}

export interface App {
  name: string;
  /** The image its commands run in. */
  image: string;
  services: Readonly<Record<string, AppService>>;
  env: Readonly<Record<string, string>>;
  /** Lines of a Dockerfile before all else: what a stack needs beside its image. */
  prepare?: readonly string[];
  /** Further images that those lines take from. */
  images?: readonly string[];
  folder?: string;
  /** Files that the installation needs; the rest comes after it, so that it is cached. */
  manifests: readonly string[];
  install?: string;
  build?: string;
  migrate?: string;
  test: string;
  /** The processes, the one that is asked first. */
  start: readonly [string, ...string[]];
  port: number;
  /** A path and what its answer holds. */
  answers: Readonly<Record<string, RegExp>>;
  /** A POST whose effect a background process must bring about: seen when the answer of `look` matches. */
  background?: { post: readonly (readonly [path: string, body: unknown])[]; look: string; shows: RegExp };
}

const postgres = (name: string, image = "postgres:17"): AppService => ({
  image,
  env: { POSTGRES_USER: name, POSTGRES_PASSWORD: name, POSTGRES_DB: name },
  ready: ["pg_isready", "--host", "127.0.0.1", "--username", name, "--dbname", name],
});
const redis: AppService = { image: "redis:8", ready: ["redis-cli", "ping"] };

const mariadb = (name: string): AppService => ({
  image: "mariadb:11.8",
  env: {
    MARIADB_ROOT_PASSWORD: name,
    MARIADB_DATABASE: name,
    MARIADB_USER: name,
    MARIADB_PASSWORD: name,
  },
  ready: ["healthcheck.sh", "--connect", "--innodb_initialized"],
});

export const apps: readonly App[] = [
  {
    name: "express-tasks",
    image: "node:22",
    services: { db: postgres("tasks") },
    env: { DATABASE_URL: "postgres://tasks:tasks@db:5432/tasks" },
    manifests: ["package.json", "package-lock.json"],
    install: "npm ci",
    migrate: "npm run migrate",
    test: "npm test",
    start: ["node src/server.js"],
    port: 3000,
    answers: { "/": /<h1>Tasks/, "/healthz": /"ok":true/ },
  },
  {
    name: "go-links",
    image: "golang:1.26",
    services: { db: postgres("links") },
    env: { DATABASE_URL: "postgres://links:links@db:5432/links" },
    manifests: ["go.mod", "go.sum"],
    install: "go mod download",
    build: "go build -o /usr/local/bin/links .",
    test: "go test ./...",
    start: ["/usr/local/bin/links"],
    port: 8080,
    answers: { "/": /<h1>Links/, "/healthz": /ok/ },
  },
  {
    name: "next-board",
    image: "node:24",
    services: { db: postgres("board") },
    env: { DATABASE_URL: "postgres://board:board@db:5432/board", NEXT_TELEMETRY_DISABLED: "1" },
    manifests: ["package.json"],
    install: "npm install",
    build: "npx next build",
    migrate: "npm run migrate",
    test: "npm test",
    start: ["npx next start"],
    port: 3000,
    answers: { "/": /<h1>Board/, "/api/posts": /^\[/ },
  },
  {
    name: "pnpm-shop",
    image: "node:22",
    services: { cache: redis },
    env: { REDIS_URL: "redis://cache:6379", HOST: "0.0.0.0" },
    manifests: [
      ...["package.json", "pnpm-lock.yaml", "pnpm-workspace.yaml", "apps/api/package.json"],
      ...["apps/web/package.json", "packages/prices/package.json"],
    ],
    install: "npm install --global pnpm@10.12.1 && pnpm install --frozen-lockfile",
    build: "pnpm build",
    test: "pnpm test",
    start: ["node apps/api/src/server.js"],
    port: 4000,
    answers: { "/health": /PONG/, "/api/products": /12\.50 €/ },
  },
  {
    name: "static-site",
    image: "caddy:2",
    services: {},
    env: {},
    manifests: [],
    test: "sh check-links.sh",
    start: ["caddy file-server --listen :8080"],
    port: 8080,
    answers: { "/": /Harbour Café/, "/assets/style.css": /h1/ },
  },
  {
    name: "fastapi-notes",
    image: "python:3.13",
    services: { db: postgres("notes", "pgvector/pgvector:pg17"), queue: redis },
    env: { DATABASE_URL: "postgresql://notes:notes@db:5432/notes", REDIS_URL: "redis://queue:6379/0" },
    manifests: ["requirements.txt", "requirements-dev.txt"],
    install: "pip install --no-cache-dir -r requirements-dev.txt",
    migrate: "alembic upgrade head && python seed.py",
    test: "python -m pytest -q",
    start: ["uvicorn app.main:app --host 0.0.0.0 --port 8000", "celery -A app.tasks worker"],
    port: 8000,
    answers: { "/": /<h1>Notes/, "/healthz": /"ok":true/, "/notes/similar?q=harbour": /The harbour opens/ },
    background: {
      post: [["/notes/1/summary", {}]],
      look: "/notes",
      shows: /"summary":"Boats need paint every spring"/,
    },
  },
  {
    name: "django-polls",
    image: "python:3.13",
    services: { db: postgres("polls") },
    env: { DATABASE_URL: "postgres://polls:polls@db:5432/polls" },
    manifests: ["requirements.txt"],
    install: "pip install --no-cache-dir -r requirements.txt",
    build: "python manage.py collectstatic --no-input",
    migrate: "python manage.py migrate && python manage.py makemigrations --check",
    test: "python manage.py test",
    start: ["gunicorn config.wsgi --bind 0.0.0.0:8000"],
    port: 8000,
    answers: { "/": /<h1>Polls/, "/healthz": /"ok": true/, "/static/polls/style.css": /h1/ },
  },
  {
    name: "php-guestbook",
    image: "php:8.2-cli",
    images: ["composer:2"],
    prepare: [
      "COPY --from=composer:2 /usr/bin/composer /usr/bin/composer",
      "RUN docker-php-ext-install pdo_mysql",
    ],
    services: { db: mariadb("guestbook") },
    env: { DB_HOST: "db", DB_NAME: "guestbook", DB_USER: "guestbook", DB_PASSWORD: "guestbook" },
    manifests: ["composer.json"],
    build: "composer install --no-interaction",
    migrate: "composer migrate",
    test: "composer test",
    start: ["php -S 0.0.0.0:8000 -t public public/index.php"],
    port: 8000,
    answers: { "/": /<h1>Guestbook/, "/health": /ok/ },
  },
  {
    name: "wordpress-site",
    image: "php:8.2-apache",
    images: ["debian:12"],
    prepare: [
      "RUN docker-php-ext-install mysqli",
      // WordPress itself, as Debian packs it: its links into other packages made files
      "RUN --mount=type=tmpfs,target=/tmp apt-get -qq update && apt-get -qq install --no-install-recommends -y wordpress && cp -rL /usr/share/wordpress/. /var/www/html/ && rm -rf /var/www/html/wp-content",
    ],
    folder: "/var/www/html",
    services: { db: mariadb("wordpress") },
    env: { WORDPRESS_DB_HOST: "db", WORDPRESS_DB_PASSWORD: "wordpress" },
    manifests: [],
    migrate: `php -r 'define("WP_INSTALLING", true); $_SERVER["HTTP_HOST"] = "localhost"; require "wp-load.php"; require_once ABSPATH . "wp-admin/includes/upgrade.php"; require_once ABSPATH . "wp-admin/includes/plugin.php"; wp_install("Harbour", "admin", "admin@example.com", true, "", "change-me"); switch_theme("harbour"); activate_plugin("opening-hours/opening-hours.php");'`,
    test: "php wp-content/plugins/opening-hours/tests/run.php",
    start: ["apache2-foreground"],
    port: 80,
    answers: {
      "/?s=": /We (are open until 20:00|open at 6:00)/,
      "/wp-login.php": /Username or Email/,
      "/wp-content/themes/harbour/style.css": /Theme Name/,
    },
  },
  {
    name: "sinatra-blog",
    image: "ruby:3.3",
    services: { db: postgres("blog") },
    env: { DATABASE_URL: "postgres://blog:blog@db:5432/blog" },
    manifests: ["Gemfile"],
    install: "bundle install --local",
    migrate: "bundle exec rake db:migrate",
    test: "bundle exec rake test",
    start: ["bundle exec puma --bind tcp://0.0.0.0:9292"],
    port: 9292,
    answers: { "/": /<h1>Blog/, "/health": /ok/ },
  },
];
