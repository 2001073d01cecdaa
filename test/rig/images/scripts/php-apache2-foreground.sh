#!/bin/bash
# Runs Apache as the process of the container; variables of its own file may be set from outside.
set -e
: "${APACHE_CONFDIR:=/etc/apache2}" "${APACHE_ENVVARS:=$APACHE_CONFDIR/envvars}"
[[ ! -f $APACHE_ENVVARS ]] || . "$APACHE_ENVVARS"
mkdir -p "$APACHE_RUN_DIR" "$APACHE_LOCK_DIR" "$APACHE_LOG_DIR"
rm -f "${APACHE_PID_FILE:-$APACHE_RUN_DIR/apache2.pid}"
exec apache2 -DFOREGROUND "$@"
