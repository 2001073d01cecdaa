#!/bin/sh
# Arguments that are no program are node's own: `docker run node:24 -e "..."`, `docker run node:24 server.js`.
set -e
case "${1:-}" in
  -*) set -- node "$@" ;;
  *) if [ -z "$(command -v "${1:-node}")" ] || { [ -f "$1" ] && ! [ -x "$1" ]; }; then set -- node "$@"; fi ;;
esac
exec "$@"
