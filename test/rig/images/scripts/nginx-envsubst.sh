#!/bin/sh
# /etc/nginx/templates/NAME.template becomes /etc/nginx/conf.d/NAME, its ${VARIABLES} replaced by those that are set.
set -e
from=${NGINX_ENVSUBST_TEMPLATE_DIR:-/etc/nginx/templates}
suffix=${NGINX_ENVSUBST_TEMPLATE_SUFFIX:-.template}
to=${NGINX_ENVSUBST_OUTPUT_DIR:-/etc/nginx/conf.d}
filter=${NGINX_ENVSUBST_FILTER:-}
[ -d "$from" ] || exit 0
# Only variables that are set: nginx's own, such as $host, stay as they are.
defined=$(printf '${%s} ' $(awk -v filter="$filter" 'BEGIN { for (name in ENVIRON) if (name ~ filter) print name }' </dev/null))
find "$from" -follow -type f -name "*$suffix" | while read -r template; do
  relative=${template#"$from/"}
  target=$to/${relative%"$suffix"}
  mkdir -p "$(dirname "$target")"
  envsubst "$defined" <"$template" >"$target"
done
