import { row } from './row.js';

const response = await fetch('/api/products');
document.querySelector('#products').append(...(await response.json()).map((product) => row(document, product)));
