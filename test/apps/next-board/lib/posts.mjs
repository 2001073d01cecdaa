import pg from 'pg';

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL });

export async function listPosts() {
  const { rows } = await pool.query('SELECT id, body FROM posts ORDER BY id DESC LIMIT 50');
  return rows;
}

export async function addPost(body) {
  const text = String(body ?? '').trim();
  if (text.length === 0 || text.length > 500) throw new RangeError('a post has 1 to 500 characters');
  const { rows } = await pool.query('INSERT INTO posts (body) VALUES ($1) RETURNING id, body', [text]);
  return rows[0];
}

export const close = () => pool.end();
