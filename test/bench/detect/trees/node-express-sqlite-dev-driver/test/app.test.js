const { Client } = require('pg');
test('compares dialects', () => new Client());
