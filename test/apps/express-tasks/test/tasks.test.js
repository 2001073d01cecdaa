const assert = require('node:assert');
const { test, before, after } = require('node:test');
const { execFileSync } = require('node:child_process');
const { app } = require('../src/app');
const { pool } = require('../src/db');

let server;
let base;

before(async () => {
  execFileSync(process.execPath, ['db/migrate.js']);
  await new Promise((resolve) => {
    server = app.listen(0, resolve);
  });
  base = `http://127.0.0.1:${server.address().port}`;
});

after(async () => {
  server.close();
  await pool.end();
});

const post = (body) =>
  fetch(`${base}/tasks`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

test('a task can be added and done', async () => {
  const created = await (await post({ title: 'Ship it' })).json();
  assert.strictEqual(created.done, false);
  const res = await fetch(`${base}/tasks/${created.id}`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ done: true }),
  });
  assert.strictEqual((await res.json()).done, true);
});

test('a task without a title is refused', async () => {
  assert.strictEqual((await post({ title: ' ' })).status, 400);
});

test('the page escapes what people type', async () => {
  await post({ title: '<script>' });
  assert.ok(!(await (await fetch(base)).text()).includes('<script>'));
});
