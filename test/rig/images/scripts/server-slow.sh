#!/bin/sh
# slow ADDRESS off | slow ADDRESS MBIT DELAY_MS: limits what this server sends and receives. 0 is no limit.
set -eu

address=$1
device=$(ip -o -4 address show to "$address" | cut -d' ' -f2)
here=$(dirname "$0")

systemctl stop rig-delay.service 2>/dev/null || true
ip rule del pref 100 2>/dev/null || true
ip rule del pref 101 2>/dev/null || true
tc qdisc del dev "$device" root 2>/dev/null || true
tc qdisc del dev "$device" ingress 2>/dev/null || true
ip link del shaped 2>/dev/null || true
[ "$2" = off ] && exit 0

mbit=$2
delay=$3

if [ "$mbit" != 0 ]; then
  limit="rate ${mbit}mbit burst $((16000 + mbit * 1000)) latency 100ms"
  # What arrives has no queue of its own to wait in: it is sent through a device that has one.
  ip link add shaped type ifb
  ip link set shaped up
  tc qdisc add dev shaped root tbf $limit
  tc qdisc add dev "$device" handle ffff: ingress
  tc filter add dev "$device" parent ffff: protocol all u32 match u32 0 0 \
    action mirred egress redirect dev shaped
  tc qdisc add dev "$device" root tbf $limit
fi

if [ "$delay" != 0 ]; then
  # Not every kernel has netem: what leaves goes through a tunnel whose far end waits, and comes out marked.
  systemd-run --quiet --unit=rig-delay --service-type=forking "$here/delay" delayed 81 "$delay"
  ip link set delayed up mtu 1500
  ip route replace default dev delayed table 4711
  ip rule add pref 100 fwmark 81 lookup main
  ip rule add pref 101 from "$address" lookup 4711
fi
