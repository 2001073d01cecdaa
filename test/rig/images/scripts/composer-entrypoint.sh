#!/bin/sh
# What is no program is a command of Composer: `docker run composer install`.
set -e
case "${1:-}" in
  -*) set -- composer "$@" ;;
  *) if [ -n "${1:-}" ] && [ "$1" != composer ] && composer help "$1" >/dev/null 2>&1; then set -- composer "$@"; fi ;;
esac
exec "$@"
