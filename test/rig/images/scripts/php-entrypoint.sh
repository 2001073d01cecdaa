#!/bin/sh
# Options alone mean the program this image is for.
set -e
case "${1:-}" in
  -*)
    for program in apache2-foreground php-fpm php; do
      if command -v "$program" >/dev/null; then
        set -- "$program" "$@"
        break
      fi
    done
    ;;
esac
exec "$@"
