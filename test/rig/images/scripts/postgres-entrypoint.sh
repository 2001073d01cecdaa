#!/usr/bin/env bash
# Makes a database cluster on the first start, as the variables say, then runs the server as user postgres.
set -Eeuo pipefail

die() {
  echo >&2 "Error: $*"
  exit 1
}

# from_file NAME [DEFAULT]: NAME, or what stands in the file that NAME_FILE names.
from_file() {
  local name=$1 file="${1}_FILE" default=${2:-}
  [[ -z ${!name:-} || -z ${!file:-} ]] || die "both $name and $file are set: choose one"
  if [[ -n ${!name:-} ]]; then
    default=${!name}
  elif [[ -n ${!file:-} ]]; then
    default=$(<"${!file}")
  fi
  export "$name=$default"
  unset "$file"
}

prepare_folders() {
  mkdir -p "$PGDATA" /var/run/postgresql
  chmod 00700 "$PGDATA" || :
  chmod 03775 /var/run/postgresql || :
  [[ -z ${POSTGRES_INITDB_WALDIR:-} ]] || mkdir -p "$POSTGRES_INITDB_WALDIR"
  [[ $(id -u) == 0 ]] || return 0
  find "$PGDATA" ${POSTGRES_INITDB_WALDIR:+"$POSTGRES_INITDB_WALDIR"} \! -user postgres -exec chown postgres '{}' +
  find /var/run/postgresql \! -user postgres -exec chown postgres '{}' +
}

check_password() {
  [[ -n $POSTGRES_PASSWORD || ${POSTGRES_HOST_AUTH_METHOD:-} == trust ]] || die \
    "Database is uninitialized and superuser password is not specified." \
    "Set POSTGRES_PASSWORD to a non-empty value, or POSTGRES_HOST_AUTH_METHOD=trust to let everybody in."
}

make_cluster() {
  local options=(--username="$POSTGRES_USER")
  [[ -z ${POSTGRES_INITDB_WALDIR:-} ]] || options+=(--waldir="$POSTGRES_INITDB_WALDIR")
  # The words of POSTGRES_INITDB_ARGS may be quoted, as in a shell; the password shows in no process list.
  eval 'initdb "${options[@]}" --pwfile=<(printf "%s\n" "$POSTGRES_PASSWORD") '"${POSTGRES_INITDB_ARGS:-}"
  local method=${POSTGRES_HOST_AUTH_METHOD:-$(postgres -C password_encryption)}
  printf '\nhost all all all %s\n' "$method" >>"$PGDATA/pg_hba.conf"
}

query() {
  PGHOST='' PGPASSWORD=$POSTGRES_PASSWORD psql -v ON_ERROR_STOP=1 --no-psqlrc --username "$POSTGRES_USER" --no-password "$@"
}

make_database() {
  local there
  there=$(query --dbname postgres -tA -v name="$POSTGRES_DB" <<<"SELECT 1 FROM pg_database WHERE datname = :'name';")
  [[ -n $there ]] || query --dbname postgres -v name="$POSTGRES_DB" <<<'CREATE DATABASE :"name";'
}

run_init_files() {
  local file
  for file; do
    echo "running $file"
    case $file in
      *.sh) if [[ -x $file ]]; then "$file"; else . "$file"; fi ;;
      *.sql) query --dbname "$POSTGRES_DB" -f "$file" ;;
      *.sql.gz) gunzip -c "$file" | query --dbname "$POSTGRES_DB" ;;
      *.sql.xz) xz -dc "$file" | query --dbname "$POSTGRES_DB" ;;
      *.sql.zst) zstd -dc "$file" | query --dbname "$POSTGRES_DB" ;;
      *) echo "ignoring $file" ;;
    esac
  done
}

first_start() {
  check_password
  ls /docker-entrypoint-initdb.d/ >/dev/null
  make_cluster
  # While it is set up the server answers on its local socket alone: nobody takes it for ready.
  PGUSER=$POSTGRES_USER pg_ctl -D "$PGDATA" -o "-c listen_addresses='' -p ${PGPORT:-5432}" -w start
  make_database
  # Init scripts call it by this name.
  docker_process_sql() { query ${POSTGRES_DB:+--dbname "$POSTGRES_DB"} "$@"; }
  export PGPASSWORD=$POSTGRES_PASSWORD
  shopt -s nullglob
  run_init_files /docker-entrypoint-initdb.d/*
  unset PGPASSWORD
  PGUSER=$POSTGRES_USER pg_ctl -D "$PGDATA" -m fast -w stop
  echo
  echo 'PostgreSQL init process complete; ready for start up.'
  echo
}

[[ ${1:-} != -* ]] || set -- postgres "$@"
if [[ ${1:-} == postgres && " $* " != *' --help '* && " $* " != *' --version '* ]]; then
  prepare_folders
  [[ $(id -u) != 0 ]] || exec gosu postgres "$BASH_SOURCE" "$@"
  from_file POSTGRES_PASSWORD
  from_file POSTGRES_USER postgres
  from_file POSTGRES_DB "$POSTGRES_USER"
  from_file POSTGRES_INITDB_ARGS
  if [[ -s $PGDATA/PG_VERSION ]]; then
    echo 'PostgreSQL Database directory appears to contain a database; Skipping initialization'
  else
    first_start
  fi
fi
exec "$@"
