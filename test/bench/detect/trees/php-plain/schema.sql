create table guests (id int auto_increment primary key, text text);
