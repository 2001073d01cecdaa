#!/bin/sh
# The first program of a server: does what firmware and a provider's cloud-init would have done, then becomes systemd.
set -eu

# Docker mounts a container's own cgroups read-only; systemd and the Docker inside make theirs below them.
for mount in /sys/fs/cgroup /sys/fs/cgroup/*; do
  if mountpoint -q "$mount"; then mount -o remount,bind,rw "$mount"; fi
done

# What the rig put here before the first start.
if [ -d /seed ]; then
  install -m 600 /seed/ssh_host_*_key /etc/ssh/
  install -m 644 /seed/ssh_host_*_key.pub /etc/ssh/
  install -m 644 /seed/apt.conf /etc/apt/apt.conf.d/80machine
  tr -d - < /proc/sys/kernel/random/uuid > /etc/machine-id
  user=$(cat /seed/user)
  if [ "$user" != root ]; then
    useradd --create-home --shell /bin/bash --groups sudo "$user"
    chpasswd < /seed/password
    echo "PermitRootLogin no" > /etc/ssh/sshd_config.d/10-login.conf
  fi
  # Root has the key even where its login is closed: it is sshd that refuses it.
  for name in root "$user"; do
    home=$(getent passwd "$name" | cut -d: -f6)
    install -d -m 700 -o "$name" -g "$name" "$home/.ssh"
    install -m 600 -o "$name" -g "$name" /seed/authorized_keys "$home/.ssh/authorized_keys"
  done
  rm -rf /seed
fi

exec /sbin/init
