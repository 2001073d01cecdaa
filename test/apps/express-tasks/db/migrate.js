const { pool } = require('../src/db');

async function main() {
  await pool.query(`CREATE TABLE IF NOT EXISTS tasks (
    id serial PRIMARY KEY,
    title text NOT NULL,
    done boolean NOT NULL DEFAULT false
  )`);
  await pool.end();
}

main();
