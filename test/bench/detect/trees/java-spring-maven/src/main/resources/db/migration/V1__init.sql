create table reservations (id bigserial primary key);
