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
before=$(ls "$PHP_INI_DIR/conf.d")
apt-get -qq update
DEBIAN_FRONTEND=noninteractive apt-get -qq -y install --no-install-recommends $packages >/dev/null
rm -rf /var/lib/apt/lists/*
for file in $(ls "$PHP_INI_DIR/conf.d"); do
  case "$before" in *"$file"*) ;; *) rm "$PHP_INI_DIR/conf.d/$file" ;; esac
done
