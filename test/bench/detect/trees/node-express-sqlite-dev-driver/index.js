const express = require('express');
const sqlite3 = require('sqlite3');
// const { Pool } = require('pg'); // some day: postgres://localhost/todo

const app = express();
const db = new sqlite3.Database('todo.db');
app.get('/', (req, res) => db.all('select * from todos', (err, rows) => res.json(rows)));
app.listen(process.env.PORT || 4000);
