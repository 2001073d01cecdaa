package main

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// ErrNoLink is returned for a slug that nobody made.
var ErrNoLink = errors.New("no such link")

// Link is a short address and where it leads.
type Link struct {
	Slug, URL string
	Hits      int
}

// Store keeps the links in Postgres.
type Store struct{ pool *pgxpool.Pool }

// OpenStore connects and makes the table.
func OpenStore(ctx context.Context, url string) (*Store, error) {
	pool, err := pgxpool.New(ctx, url)
	if err != nil {
		return nil, err
	}
	_, err = pool.Exec(ctx, `CREATE TABLE IF NOT EXISTS links (slug text PRIMARY KEY, url text NOT NULL, hits int NOT NULL DEFAULT 0)`)
	if err != nil {
		pool.Close()
		return nil, err
	}
	return &Store{pool}, nil
}

func (s *Store) Close() { s.pool.Close() }

func (s *Store) Ping(ctx context.Context) error { return s.pool.Ping(ctx) }

func (s *Store) Add(ctx context.Context, slug, url string) error {
	_, err := s.pool.Exec(ctx, `INSERT INTO links (slug, url) VALUES ($1, $2)`, slug, url)
	return err
}

// Follow counts a hit and says where a link leads.
func (s *Store) Follow(ctx context.Context, slug string) (string, error) {
	var url string
	err := s.pool.QueryRow(ctx, `UPDATE links SET hits = hits + 1 WHERE slug = $1 RETURNING url`, slug).Scan(&url)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", ErrNoLink
	}
	return url, err
}

func (s *Store) Links(ctx context.Context) ([]Link, error) {
	rows, err := s.pool.Query(ctx, `SELECT slug, url, hits FROM links ORDER BY hits DESC, slug`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Link])
}
