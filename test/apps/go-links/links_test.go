package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"
)

func newServer(t *testing.T) *httptest.Server {
	t.Helper()
	address := os.Getenv("DATABASE_URL")
	if address == "" {
		t.Fatal("DATABASE_URL is not set")
	}
	store, err := OpenStore(context.Background(), address)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(NewHandler(store))
	server.Client().CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	t.Cleanup(func() { server.Close(); store.Close() })
	return server
}

func TestALinkLeadsWhereItShould(t *testing.T) {
	server := newServer(t)
	response, err := server.Client().PostForm(server.URL+"/links", url.Values{"url": {"https://example.com/a"}})
	if err != nil {
		t.Fatal(err)
	}
	if response.StatusCode != http.StatusCreated {
		t.Fatalf("got %d", response.StatusCode)
	}
	followed, err := server.Client().Get(server.URL + response.Header.Get("Location"))
	if err != nil {
		t.Fatal(err)
	}
	if got := followed.Header.Get("Location"); got != "https://example.com/a" {
		t.Fatalf("leads to %q", got)
	}
}

func TestNonsenseIsRefused(t *testing.T) {
	server := newServer(t)
	for _, nonsense := range []string{"", "hello", "/etc/passwd"} {
		response, err := server.Client().Post(server.URL+"/links", "application/x-www-form-urlencoded", strings.NewReader(url.Values{"url": {nonsense}}.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		if response.StatusCode != http.StatusBadRequest {
			t.Errorf("%q: got %d", nonsense, response.StatusCode)
		}
	}
	if response, _ := server.Client().Get(server.URL + "/nobody-made-this"); response.StatusCode != http.StatusNotFound {
		t.Errorf("got %d", response.StatusCode)
	}
}
