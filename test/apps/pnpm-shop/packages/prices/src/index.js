/** Cents as people read them: 1250 → "12.50 €". */
export function format(cents) {
  if (!Number.isInteger(cents)) throw new TypeError('a price is a whole number of cents');
  return `${(cents / 100).toFixed(2)} €`;
}
