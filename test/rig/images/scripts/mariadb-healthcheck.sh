#!/usr/bin/env bash
# healthcheck.sh --connect --innodb_initialized: every test that is named must hold.
set -uo pipefail

client=(mariadb --defaults-file=/var/lib/mysql/.my-healthcheck.cnf --skip-column-names --batch)

ask() {
  "${client[@]}" -e "$1" 2>/dev/null
}

connect() { # through the network: while the server is set up it answers on its socket alone
  "${client[@]}" -h 127.0.0.1 --protocol tcp -e 'SELECT 1' >/dev/null 2>&1
}

innodb_initialized() {
  [[ $(ask "SELECT 1 FROM information_schema.ENGINES WHERE engine = 'innodb' AND support IN ('YES', 'DEFAULT')") == 1 ]]
}

[[ $# -gt 0 ]] || { echo >&2 "healthcheck.sh: name a test, such as --connect or --innodb_initialized"; exit 1; }
for test; do
  case $test in
    --connect) connect || { echo >&2 "healthcheck connect failed"; exit 1; } ;;
    --innodb_initialized) innodb_initialized || { echo >&2 "healthcheck innodb_initialized failed"; exit 1; } ;;
    *) echo >&2 "healthcheck.sh: unknown test $test"; exit 1 ;;
  esac
done
