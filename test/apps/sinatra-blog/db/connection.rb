require 'sequel'

DB = Sequel.connect(ENV.fetch('DATABASE_URL', 'postgres://blog:blog@localhost:5432/blog'))
