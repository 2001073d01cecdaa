#!/bin/sh
# Serves Redis and Valkey alike. Options alone, or a configuration file, mean the server.
set -e

program=$(basename "$(command -v redis-server || command -v valkey-server)")
user=${program%-server}
case "${1:-}" in
  -* | *.conf) set -- "$program" "$@" ;;
esac

if [ "${1:-}" = "$program" ]; then
  shift
  # Debian's build refuses other hosts unless told otherwise; the official one does not.
  case " $* " in
    *" --protected-mode "*) ;;
    *)
      if ! { [ -f "${1:-}" ] && grep -qi '^[[:space:]]*protected-mode' "$1"; }; then
        set -- "$@" --protected-mode no
      fi
      ;;
  esac
  set -- "$program" "$@"
  if [ "$(id -u)" = 0 ]; then
    find . \! -user "$user" -exec chown "$user" '{}' +
    umask 0077
    exec setpriv --reuid="$user" --regid="$user" --clear-groups -- "$@"
  fi
fi
exec "$@"
