import assert from "node:assert/strict";
import { test } from "node:test";
import { execForm } from "../../../src/engine/blueprint/index.ts";

const cases: readonly [string, string[]][] = [
  ["uvicorn main:app --host 0.0.0.0", ["uvicorn", "main:app", "--host", "0.0.0.0"]],
  ["node 'a b.js'", ["node", "a b.js"]],
  ['node "a b.js"', ["node", "a b.js"]],
  ["python -c ''", ["python", "-c", ""]],
  ["PORT=1 node x.js", ["env", "PORT=1", "node", "x.js"]],
  ["node x.js --port $PORT", ["sh", "-c", "exec node x.js --port $PORT"]],
  ['node x.js --port "$PORT"', ["sh", "-c", 'exec node x.js --port "$PORT"']],
  ["npm run a && node b", ["sh", "-c", "npm run a && node b"]],
  ["cd web; node b", ["sh", "-c", "cd web; node b"]],
  ["cat *.txt", ["sh", "-c", "exec cat *.txt"]],
  ["it's", ["sh", "-c", "exec it's"]],
];

for (const [command, expected] of cases) {
  test(`a program is started without a shell where none is needed: ${command}`, () => {
    assert.deepEqual(execForm(command), expected);
  });
}
