#!/bin/sh
# Installs extensions of PHP by their names and turns them on. They come from Debian's packages, not from source.
set -e

version=$PHP_VERSION
usage() {
  echo "usage: docker-php-ext-install [-jN] [--ini-name file.ini] ext-name [ext-name ...]"
}

names=
while [ $# -gt 0 ]; do
  case "$1" in
    -h | --help) usage; exit 0 ;;
    -j) shift; case "${1:-}" in [0-9]*) shift ;; esac; continue ;;
    -j*) ;;
    --ini-name) shift ;;
    -*) usage >&2; exit 1 ;;
    *) names="$names $1" ;;
  esac
  shift
done
[ -n "$names" ] || { usage >&2; exit 1; }

packages=
for name in $names; do
  case "$name" in
    pdo_mysql | mysqli) package=mysql ;;
    pdo_pgsql | pgsql) package=pgsql ;;
    pdo_odbc | odbc) package=odbc ;;
    pdo_firebird) package=interbase ;;
    pdo_dblib) package=sybase ;;
    xsl) package=xml ;;
    bcmath | bz2 | dba | enchant | gd | gmp | imap | intl | ldap | opcache | pspell | snmp | soap | tidy | zip) package=$name ;;
    calendar | exif | ffi | ftp | gettext | pcntl | shmop | sockets | sysvmsg | sysvsem | sysvshm) package= ;;
    ctype | curl | dom | fileinfo | filter | hash | iconv | mbstring | pdo | pdo_sqlite | phar | posix | readline | session | simplexml | sodium | tokenizer | xml | xmlreader | xmlwriter) package= ;;
    *) echo >&2 "error: $name is no extension of PHP that can be installed here"; exit 1 ;;
  esac
  [ -z "$package" ] || packages="$packages php$version-$package"
done

[ -z "$packages" ] || /usr/local/lib/php-packages $packages
docker-php-ext-enable $names
