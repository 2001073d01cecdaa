const { Pool } = require('pg');

const pool = new Pool({
  connectionString: process.env.DATABASE_URL || 'postgres://tasks:tasks@localhost:5432/tasks',
});

module.exports = { pool };
