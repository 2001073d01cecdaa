#!/bin/sh
# pecl install NAME[-VERSION]: the extension is installed and, as with PECL, left to docker-php-ext-enable.
set -e
command=${1:-}
[ "$command" = install ] || { echo >&2 "usage: pecl install NAME ..."; exit 1; }
shift
packages=
for name; do
  case "$name" in -*) continue ;; esac
  packages="$packages php$PHP_VERSION-${name%%-*}"
done
exec /usr/local/lib/php-packages $packages
