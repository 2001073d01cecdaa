const { pool } = require('../src/db');

async function main() {
  await pool.query(`INSERT INTO tasks (title) VALUES ('Write the tests'), ('Water the plants')`);
  await pool.end();
}

main();
