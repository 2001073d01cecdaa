import assert from "node:assert/strict";
import { test } from "node:test";
import { sameCommand } from "../../bench/detect/command.ts";

const alike: [actual: string, wanted: string][] = [
  ["node ./dist/main.js", "node dist/main.js"],
  ["exec node  dist/main.js", "node dist/main.js"],
  ["NODE_ENV=production node dist/main.js", "node dist/main.js"],
  ["npm run start", "npm start"],
  [
    "uv run uvicorn app.main:app --port 8000 --host=0.0.0.0",
    "uvicorn app.main:app --host 0.0.0.0 --port 8000",
  ],
  ["uvicorn main:app --host 0.0.0.0 --port ${PORT:-8000}", "uvicorn main:app --host 0.0.0.0 --port 8000"],
  ["uvicorn main:app --host 0.0.0.0 --port $PORT", "uvicorn main:app --host 0.0.0.0 --port 8000"],
  ["python -m gunicorn -b :8000 --workers 4 wsgi:app", "gunicorn wsgi:app --bind 0.0.0.0:8000"],
  ["gunicorn --bind=0.0.0.0:8000 -w 2 'blog:create_app()'", "gunicorn blog:create_app() --bind 0.0.0.0:8000"],
  ["bundle exec rails server -b 0.0.0.0 -p 3000", "rails server -b 0.0.0.0 [-p 3000]"],
  ["java -XX:MaxRAMPercentage=75 -jar target/shop-1.0.jar", "java -jar *.jar"],
  ["./bin/server", "*"],
  ["frankenphp php-server --root public", "frankenphp **"],
];

const different: [actual: string, wanted: string][] = [
  ["node src/main.js", "node dist/main.js"],
  ["uvicorn main:app --port 8000", "uvicorn main:app --host 0.0.0.0 --port 8000"],
  ["uvicorn main:app --host 127.0.0.1 --port 8000", "uvicorn main:app --host 0.0.0.0 --port 8000"],
  ["uvicorn main:app --host 0.0.0.0 --port 9000", "uvicorn main:app --host 0.0.0.0 --port 8000"],
  ["uvicorn app.main:app --host 0.0.0.0 --port 8000", "uvicorn main:app --host 0.0.0.0 --port 8000"],
  ["uvicorn main:app --host 0.0.0.0 --port 8000 --reload", "uvicorn main:app --host 0.0.0.0 --port 8000"],
  ["gunicorn wsgi:app", "gunicorn wsgi:app --bind 0.0.0.0:8000"],
  ["go run ./cmd/server", "*"],
  ["npm run dev", "npm start"],
  ["next dev", "next start [-p 3000]"],
  ["rails server -b 0.0.0.0 -p 4000", "rails server -b 0.0.0.0 [-p 3000]"],
  ["celery -A other worker", "celery -A shop worker"],
];

test("the bench holds commands equal that do the same", () => {
  for (const [actual, wanted] of alike)
    assert.ok(sameCommand(actual, wanted, 8000), `${actual} is ${wanted}`);
});

test("the bench tells commands apart that do not", () => {
  for (const [actual, wanted] of different)
    assert.ok(!sameCommand(actual, wanted, 8000), `${actual} is not ${wanted}`);
});
