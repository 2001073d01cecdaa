#!/bin/sh
# Installs Debian's packages of PHP extensions and leaves their extensions off, all that a package brings:
# who asked for one turns it on. What they stand on, such as mysqlnd or igbinary, is turned on by Debian.
set -e
apt-get -qq update
DEBIAN_FRONTEND=noninteractive apt-get -qq -y install --no-install-recommends "$@" >/dev/null
rm -rf /var/lib/apt/lists/*
for package; do
  for name in $(dpkg -L "$package" | sed -n 's#.*/\([a-z0-9_]*\)\.ini$#\1#p' | sort -u); do
    [ "$name" = mysqlnd ] || phpdismod -v "$PHP_VERSION" -s ALL "$name"
  done
done
