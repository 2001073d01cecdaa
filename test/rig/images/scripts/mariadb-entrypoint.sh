#!/usr/bin/env bash
# Makes the data folder on the first start, as the variables say, then runs the server as user mysql.
set -Eeuo pipefail
shopt -s nullglob

socket=/run/mysqld/mysqld.sock

die() {
  echo >&2 "[ERROR] [Entrypoint]: $*"
  exit 1
}

note() {
  echo "[Note] [Entrypoint]: $*"
}

# from_file NAME: MARIADB_NAME, MYSQL_NAME, or what stands in the file that MARIADB_NAME_FILE or MYSQL_NAME_FILE names.
from_file() {
  local name value='' found=''
  for name in "MARIADB_$1" "MYSQL_$1"; do
    local file="${name}_FILE"
    [[ -z ${!name:-} || -z ${!file:-} ]] || die "Both $name and $file are set (but are exclusive)"
    if [[ -n ${!file:-} && -z $found ]]; then
      value=$(<"${!file}")
      found=yes
    elif [[ -n ${!name:-} && -z $found ]]; then
      value=${!name}
      found=yes
    fi
    unset "$file"
  done
  export "MARIADB_$1=$value" "MYSQL_$1=$value"
}

quoted() { # for a string in SQL
  local text=${1//\\/\\\\}
  printf "'%s'" "${text//\'/\'\'}"
}

named() { # for an identifier in SQL
  printf '`%s`' "${1//\`/\`\`}"
}

check_password() {
  [[ -n $MARIADB_ROOT_PASSWORD || -n $MARIADB_ALLOW_EMPTY_ROOT_PASSWORD || -n $MARIADB_RANDOM_ROOT_PASSWORD ]] || die \
    "Database is uninitialized and password option is not specified." \
    "You need to specify one of MARIADB_ROOT_PASSWORD, MARIADB_ALLOW_EMPTY_ROOT_PASSWORD and MARIADB_RANDOM_ROOT_PASSWORD"
}

query() { # database
  mariadb --protocol=socket --socket="$socket" --user=root --comments ${1:+--database="$1"}
}

start_quietly() {
  "$@" --skip-networking --socket="$socket" --wsrep-on=OFF --expire-logs-days=0 --loose-innodb_buffer_pool_load_at_startup=0 &
  server=$!
  local left=120
  until mariadb-admin --protocol=socket --socket="$socket" --user=root ping >/dev/null 2>&1; do
    kill -0 "$server" 2>/dev/null && ((left-- > 0)) || die "Unable to start server."
    sleep 0.25
  done
}

accounts() {
  local health random host
  random=$(pwgen --numerals --capitalize --symbols --remove-chars="'\\\"" -1 32)
  health=$(pwgen -1 32)
  if [[ -n $MARIADB_RANDOM_ROOT_PASSWORD ]]; then
    MARIADB_ROOT_PASSWORD=$random
    export MARIADB_ROOT_PASSWORD MYSQL_ROOT_PASSWORD=$random
    note "GENERATED ROOT PASSWORD: $random"
  fi
  printf '[mariadb-client]\nport=3306\nsocket=%s\nuser=healthcheck\npassword=%s\nprotocol=tcp\n' "$socket" "$health" \
    >/var/lib/mysql/.my-healthcheck.cnf
  chmod 0600 /var/lib/mysql/.my-healthcheck.cnf
  {
    echo 'SET @@SESSION.SQL_LOG_BIN=0;'
    echo 'DROP DATABASE IF EXISTS test;'
    for host in 127.0.0.1 ::1 localhost; do
      echo "CREATE USER IF NOT EXISTS healthcheck@'$host' IDENTIFIED BY $(quoted "$health");"
      echo "GRANT USAGE ON *.* TO healthcheck@'$host';"
    done
    host=${MARIADB_ROOT_HOST:-%}
    if [[ $host != localhost ]]; then
      echo "CREATE USER root@$(quoted "$host") IDENTIFIED BY $(quoted "$MARIADB_ROOT_PASSWORD");"
      echo "GRANT ALL ON *.* TO root@$(quoted "$host") WITH GRANT OPTION;"
    fi
    [[ -z $MARIADB_DATABASE ]] || echo "CREATE DATABASE IF NOT EXISTS $(named "$MARIADB_DATABASE");"
    if [[ -n $MARIADB_USER && -n $MARIADB_PASSWORD ]]; then
      echo "CREATE USER $(quoted "$MARIADB_USER")@'%' IDENTIFIED BY $(quoted "$MARIADB_PASSWORD");"
      [[ -z $MARIADB_DATABASE ]] ||
        echo "GRANT ALL ON $(named "${MARIADB_DATABASE//_/\\_}").* TO $(quoted "$MARIADB_USER")@'%';"
    fi
  } | query mysql
}

run_init_files() {
  local file
  for file; do
    note "running $file"
    case $file in
      *.sh) if [[ -x $file ]]; then "$file"; else . "$file"; fi ;;
      *.sql) query "$MARIADB_DATABASE" <"$file" ;;
      *.sql.gz) gunzip -c "$file" | query "$MARIADB_DATABASE" ;;
      *.sql.xz) xz -dc "$file" | query "$MARIADB_DATABASE" ;;
      *.sql.zst) zstd -dc "$file" | query "$MARIADB_DATABASE" ;;
      *) note "ignoring $file" ;;
    esac
  done
}

lock_root() { # last: until now root came in through the socket without a password
  query mysql <<<"SET @@SESSION.SQL_LOG_BIN=0; ALTER USER root@localhost IDENTIFIED BY $(quoted "$MARIADB_ROOT_PASSWORD");"
}

first_start() {
  check_password
  note "Initializing database files"
  mariadb-install-db --user="$(id -un)" --datadir=/var/lib/mysql --auth-root-authentication-method=normal \
    --skip-test-db --cross-bootstrap --skip-log-bin >/dev/null
  local server
  start_quietly "$@"
  if [[ -z $MARIADB_INITDB_SKIP_TZINFO ]]; then
    mariadb-tzinfo-to-sql /usr/share/zoneinfo 2>/dev/null | query mysql
  fi
  accounts
  run_init_files /docker-entrypoint-initdb.d/*
  lock_root
  kill "$server"
  wait "$server"
  note "MariaDB init process done. Ready for start up."
}

[[ ${1:-} != -* ]] || set -- mariadbd "$@"
if [[ ${1:-} == mariadbd || ${1:-} == mysqld ]]; then
  if [[ $(id -u) == 0 ]]; then
    mkdir -p /var/lib/mysql /run/mysqld
    find /var/lib/mysql /run/mysqld \! -user mysql -exec chown mysql: '{}' +
    exec gosu mysql "$BASH_SOURCE" "$@"
  fi
  for name in ROOT_HOST DATABASE USER PASSWORD ROOT_PASSWORD; do from_file "$name"; done
  : "${MARIADB_ALLOW_EMPTY_ROOT_PASSWORD:=${MYSQL_ALLOW_EMPTY_PASSWORD:-}}"
  : "${MARIADB_RANDOM_ROOT_PASSWORD:=${MYSQL_RANDOM_ROOT_PASSWORD:-}}"
  : "${MARIADB_INITDB_SKIP_TZINFO:=${MYSQL_INITDB_SKIP_TZINFO:-}}"
  [[ -d /var/lib/mysql/mysql ]] || first_start "$@"
fi
exec "$@"
