import assert from 'node:assert';
import { execFileSync } from 'node:child_process';
import { after, before, test } from 'node:test';
import { addPost, close, listPosts } from '../lib/posts.mjs';

before(() => execFileSync(process.execPath, ['db/migrate.mjs']));
after(close);

test('a post comes first on the board', async () => {
  const { id } = await addPost('  Lost: one umbrella ');
  const [newest] = await listPosts();
  assert.deepStrictEqual(newest, { id, body: 'Lost: one umbrella' });
});

test('an empty post is refused', async () => {
  await assert.rejects(addPost(' '), RangeError);
});
