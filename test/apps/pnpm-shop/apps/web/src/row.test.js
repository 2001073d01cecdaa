import assert from 'node:assert';
import { test } from 'node:test';
import { row } from './row.js';

test('a product that was ordered says how often', () => {
  const document = { createElement: () => ({}) };
  assert.strictEqual(row(document, { name: 'Rope', price: '12.50 €', ordered: 2 }).textContent, 'Rope, 12.50 €, ordered 2 times');
});
