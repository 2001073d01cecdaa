#!/bin/sh
# Before the server starts, every script of /docker-entrypoint.d runs: *.envsh is sourced, *.sh is executed.
set -e
case "${1:-}" in
  nginx | nginx-debug)
    for file in /docker-entrypoint.d/*; do
      case "$file" in
        *.envsh) [ ! -x "$file" ] || . "$file" ;;
        *.sh) [ ! -x "$file" ] || "$file" ;;
      esac
    done
    ;;
esac
exec "$@"
