import assert from 'node:assert';
import { test } from 'node:test';
import { format } from './index.js';

test('prices are read as people write them', () => {
  assert.strictEqual(format(1250), '12.50 €');
  assert.throws(() => format(1.5), TypeError);
});
