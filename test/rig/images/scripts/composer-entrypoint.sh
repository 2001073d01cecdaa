#!/bin/sh
# What Composer knows as a command is one: `docker run composer install`.
set -e
case "${1:-}" in
  -*) set -- composer "$@" ;;
  # Composer would complete `sh` to `show`.
  "" | composer | sh | bash | php | /*) ;;
  *) if composer help "$1" >/dev/null 2>&1; then set -- composer "$@"; fi ;;
esac
exec "$@"
