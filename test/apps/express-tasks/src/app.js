const express = require('express');
const { pool } = require('./db');

const app = express();
app.use(express.json());
app.use(express.urlencoded({ extended: false }));

function escape(text) {
  return text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
}

app.get('/healthz', async (req, res) => {
  await pool.query('SELECT 1');
  res.json({ ok: true });
});

app.get('/', async (req, res) => {
  const { rows } = await pool.query('SELECT id, title, done FROM tasks ORDER BY id');
  const items = rows.map((task) => `<li>${task.done ? '☑' : '☐'} ${escape(task.title)}</li>`).join('\n');
  res.send(`<!doctype html>
<title>Tasks</title>
<h1>Tasks</h1>
<ul>${items}</ul>
<form method="post" action="/tasks"><input name="title" required><button>Add</button></form>`);
});

app.get('/tasks', async (req, res) => {
  const { rows } = await pool.query('SELECT id, title, done FROM tasks ORDER BY id');
  res.json(rows);
});

app.post('/tasks', async (req, res) => {
  const title = String(req.body?.title ?? '').trim();
  if (!title) return res.status(400).json({ error: 'a task needs a title' });
  const { rows } = await pool.query('INSERT INTO tasks (title) VALUES ($1) RETURNING id, title, done', [title]);
  if (req.is('urlencoded')) return res.redirect('/');
  res.status(201).json(rows[0]);
});

app.patch('/tasks/:id', async (req, res) => {
  const { rows } = await pool.query('UPDATE tasks SET done = $1 WHERE id = $2 RETURNING id, title, done', [
    req.body.done === true,
    req.params.id,
  ]);
  if (rows.length === 0) return res.status(404).json({ error: 'no such task' });
  res.json(rows[0]);
});

module.exports = { app };
