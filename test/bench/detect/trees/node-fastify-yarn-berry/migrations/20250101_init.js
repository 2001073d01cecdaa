export const up = (knex) => knex.schema.createTable('shipments', (t) => t.increments());
export const down = (knex) => knex.schema.dropTable('shipments');
