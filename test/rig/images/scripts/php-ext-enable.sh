#!/bin/sh
# Turns on extensions that are installed.
set -e
[ $# -gt 0 ] || { echo >&2 "usage: docker-php-ext-enable ext-name [ext-name ...]"; exit 1; }
while [ $# -gt 0 ]; do
  case "$1" in
    --ini-name) shift 2; continue ;;
  esac
  if [ -f "/etc/php/$PHP_VERSION/mods-available/$1.ini" ]; then
    # Debian orders them by priority: what others need comes first.
    phpenmod -v "$PHP_VERSION" -s ALL "$1"
  elif ! php -m | grep -qix -- "$1"; then
    echo >&2 "error: $1 is not installed"
    exit 1
  fi
  shift
done
