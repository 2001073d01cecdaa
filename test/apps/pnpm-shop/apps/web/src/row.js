/** One product as a line of the list. */
export function row(document, { name, price, ordered }) {
  const item = document.createElement('li');
  item.textContent = `${name}, ${price}${ordered > 0 ? `, ordered ${ordered} times` : ''}`;
  return item;
}
