package main

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"html/template"
	"net/http"
	"net/url"
)

var page = template.Must(template.New("page").Parse(`<!doctype html>
<title>Links</title>
<h1>Links</h1>
<form method="post" action="/links"><input name="url" type="url" required><button>Shorten</button></form>
<ul>{{range .}}<li><a href="/{{.Slug}}">{{.Slug}}</a> {{.URL}} ({{.Hits}})</li>{{end}}</ul>`))

// NewHandler serves the page, the links and the health check.
func NewHandler(store *Store) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, r *http.Request) {
		if err := store.Ping(r.Context()); err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
			return
		}
		_, _ = w.Write([]byte("ok\n"))
	})
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		links, err := store.Links(r.Context())
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		_ = page.Execute(w, links)
	})
	mux.HandleFunc("POST /links", func(w http.ResponseWriter, r *http.Request) {
		target, err := url.ParseRequestURI(r.FormValue("url"))
		if err != nil || target.Host == "" {
			http.Error(w, "that is no address", http.StatusBadRequest)
			return
		}
		slug := newSlug()
		if err := store.Add(r.Context(), slug, target.String()); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Location", "/"+slug)
		w.WriteHeader(http.StatusCreated)
	})
	mux.HandleFunc("GET /{slug}", func(w http.ResponseWriter, r *http.Request) {
		target, err := store.Follow(r.Context(), r.PathValue("slug"))
		if errors.Is(err, ErrNoLink) {
			http.NotFound(w, r)
			return
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		http.Redirect(w, r, target, http.StatusFound)
	})
	return mux
}

func newSlug() string {
	bytes := make([]byte, 4)
	_, _ = rand.Read(bytes)
	return hex.EncodeToString(bytes)
}
