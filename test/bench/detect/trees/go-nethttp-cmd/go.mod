module github.com/acme/linkd

go 1.23.4

require github.com/jackc/pgx/v5 v5.7.2

require (
	github.com/jackc/pgpassfile v1.0.0 // indirect
	github.com/redis/go-redis/v9 v9.7.0 // indirect
)
