#!/bin/sh
# Every local link and picture must exist.
status=0
for page in *.html; do
  for target in $(grep -oE '(href|src)="[^":#]+"' "$page" | sed 's/^[a-z]*="//; s/"$//'); do
    [ -e "$target" ] || { echo "$page: $target is missing"; status=1; }
  done
done
exit $status
