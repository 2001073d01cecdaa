# The first process of the edge's container. It keeps a Caddy going; told by HUP, it starts another beside it, which takes
# over what that one ran, and lets the one before end what it has begun. Both listen at the same ports meanwhile.
umask 077
cd /run/sistership || exit 1
exec 9> lock # who holds it is alone with the edge: see edge/load.ts
flock 9
rm -f admin*.sock turn said
brought=/run/sistership/bin/caddy
last=0 # the number of the Caddy that was started last
turn=0 # and of the one that visitors come to
pid=

socket() { echo "unix//run/sistership/admin-$1.sock"; }

# Nothing but its administration; not written down, so that what was there before stays there.
bare() { printf '{"admin":{"listen":"%s","config":{"persist":false}}}' "$(socket "$1")"; }

# What ran last, with a listener that no other Caddy has: see edge/config.ts.
latest() {
  from=/config/caddy/autosave.json
  [ -s "$from" ] || from=/etc/sistership/initial.json
  mark=$(tr -d - < /proc/sys/kernel/random/uuid | cut -c 1-12)
  sed -e "s#sistership/admin[-0-9]*[.]sock#sistership/admin-$1.sock#" \
    -e "s/\(@sistership-https\{0,1\}-\)[0-9a-f]\{12\}/\1$mark/g" "$from"
}

# Starts the next Caddy, which is $next then, and hands it what ran last.
try() {
  last=$((last + 1))
  bare "$last" | "$1" run --config /dev/stdin 9>&- &
  next=$!
  tries=0
  until [ -S "admin-$last.sock" ]; do
    tries=$((tries + 1))
    kill -0 "$next" 2> /dev/null && [ "$tries" -le 100 ] || { echo 'Error: it does not start' > said.new; return 1; }
    sleep 0.1
  done
  latest "$last" | timeout 50 "$1" reload --config /dev/stdin --address "$(socket "$last")" 2> said.new
}

# The same, by the program that was brought by an upgrade, else by the image's own.
begin() {
  program=$brought
  [ -x "$program" ] || program=caddy
  if try "$program"; then
    turn=$last
    echo "$turn" > turn
    return
  fi
  cat said.new >&2
  kill -KILL "$next" 2> /dev/null
  return 1
}

begin_or_end() {
  begin && return
  # what was brought does not do, on this day: the image's own did
  [ -x "$brought" ] && mv -f "$brought" "$brought.refused" && begin && return
  exit 1
}

# What a Caddy has open but for sockets of this machine's own: its administration, and what config.ts says.
open_in() {
  ls -l "/proc/$1/fd" 2> /dev/null | sed -n 's/.*socket:\[\([0-9]*\)\]$/\1/p' |
    grep -vxF "$(tr -s ' ' < /proc/net/unix | cut -d ' ' -f 7)"
}

# Ends a Caddy that takes in nobody any more when it has done what it has begun.
leave() {
  while [ -n "$(open_in "$1")" ]; do sleep 5; done
  kill -TERM "$1" 2> /dev/null
}

# Turns are taken one after the other, when the one before has closed its doors: there are never more than two at a port.
hand_over() {
  flock 9
  before=$pid
  was=$turn
  if begin; then
    pid=$next
    bare "$was" | timeout 50 caddy reload --config /dev/stdin --address "$(socket "$was")" 2> /dev/null
    leave "$before" 9>&- &
    echo taken > said.new
  else
    echo refused >> said.new
  fi
  flock -u 9
  mv said.new said
}

trap hand_over HUP
trap 'trap "" HUP; kill -TERM -1; wait; exit 0' TERM INT QUIT
ends=0
begin_or_end
pid=$next
flock -u 9
while :; do
  wait "$pid"
  kill -0 "$pid" 2> /dev/null && continue # only a signal came
  ends=$((ends + 1))
  [ "$ends" -gt 5 ] && exit 1 # Swarm starts the container anew
  echo "The edge's Caddy ended by itself: another is started." >&2
  flock 9
  begin_or_end
  pid=$next
  flock -u 9
done
