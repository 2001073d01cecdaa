# What a machine is, in one look: Sistership reads this over SSH by `sh -s`. It writes nothing, asks nothing, and needs no
# more than a POSIX shell: what is missing stays unsaid. A fact is a line `name=value`; a name may come several times.
LC_ALL=C
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
export LC_ALL PATH

say() { printf '%s=%s\n' "$1" "$2"; }
has() { command -v "$1" >/dev/null 2>&1; }
# every line of what comes in, under one name
each() { sed "s/^/$1=/"; }
if has timeout; then bounded() { timeout "$@"; }; else bounded() { shift; "$@"; }; fi

say began "$(date +%s.%N)"

# --- slow things first, beside the rest; they say short lines only, which no pipe cuts ---------------------------------
security_updates() {
  if has dpkg; then
    # What apt itself says takes seconds, or writes its caches: so what is installed is laid beside the lists of security.
    # A package is said wherever the two differ; which of them is newer, the reader knows.
    lists=$(find /var/lib/apt/lists -name '*-security_*_Packages*' 2>/dev/null)
    [ -n "$lists" ] || return 0
    say security.known yes
    # shellcheck disable=SC2086
    { cat /var/lib/dpkg/status; echo 'Lists: begin'; /usr/lib/apt/apt-helper cat-file $lists; } 2>/dev/null | awk '
      /^Lists: begin/ { lists = 1 }
      /^Package: / { name = $2; there = 0 }
      /^Status: install ok installed/ { there = 1 }
      /^Version: / && !lists && there { have[name] = $2 }
      /^Version: / && lists && name in have && have[name] != $2 && !((name, $2) in said) {
        said[name, $2]; print "security=" name " " have[name] " " $2
      }'
  elif has dnf; then
    bounded 10 dnf -q -C updateinfo list --security 2>/dev/null | awk 'END { print "security.count=" NR }'
  fi
}
firewall_rules() {
  if has ufw; then
    say firewall.has ufw
    if grep -qi '^ENABLED=yes' /etc/ufw/ufw.conf 2>/dev/null; then say firewall.on ufw; fi
    if [ "$(id -u)" = 0 ]; then ufw show added 2>/dev/null | grep '^ufw ' | each firewall.rule; fi
  fi
  if has firewall-cmd; then
    say firewall.has firewalld
    if [ "$(cat /proc/1/comm 2>/dev/null)" = systemd ] && systemctl -q is-active firewalld 2>/dev/null; then
      say firewall.on firewalld
      if [ "$(id -u)" = 0 ]; then
        for one in $(firewall-cmd --list-ports 2>/dev/null; firewall-cmd --list-services 2>/dev/null); do
          say firewall.rule "$one"
        done
        firewall-cmd --list-rich-rules 2>/dev/null | each firewall.rule
      fi
    fi
  fi
  if has nft && systemctl -q is-active nftables 2>/dev/null; then say firewall.on nftables; fi
}
# a program writes what it says by the block, which may end within a line
whole() { while IFS= read -r line; do printf '%s\n' "$line"; done; }
security_updates | whole &
firewall_rules | whole &

# --- system ------------------------------------------------------------------------------------------------------------
say kernel "$(uname -s) $(uname -r)"
say machine "$(uname -m)"
if [ -r /etc/os-release ]; then each os </etc/os-release; fi
say init "$(cat /proc/1/comm 2>/dev/null)"
say cores "$(getconf _NPROCESSORS_ONLN 2>/dev/null || nproc 2>/dev/null || sysctl -n hw.ncpu 2>/dev/null)"
say load "$(cat /proc/loadavg 2>/dev/null)"
say uptime "$(cut -d ' ' -f 1 /proc/uptime 2>/dev/null)"
grep -E '^(MemTotal|MemAvailable|SwapTotal|SwapFree):' /proc/meminfo 2>/dev/null | each memory
say rootfs "$(awk '$2 == "/" { type = $3 } END { print type }' /proc/mounts 2>/dev/null)"

for name in sys_vendor product_name chassis_asset_tag bios_vendor; do
  say "dmi.$name" "$(cat "/sys/class/dmi/id/$name" 2>/dev/null)"
done
say cloud "$(cat /run/cloud-init/cloud-id 2>/dev/null)"
say region "$(sed -n 's/^ *"region": "\(.*\)".*/\1/p' /run/cloud-init/instance-data.json 2>/dev/null | head -n 1)"

if [ -e /run/reboot-required ] || [ -e /var/run/reboot-required ]; then
  say reboot yes
elif [ -e "/boot/vmlinuz-$(uname -r)" ]; then
  newest=$(find /boot -name 'vmlinuz-[0-9]*' | sort -V | tail -n 1)
  if [ "$newest" = "/boot/vmlinuz-$(uname -r)" ]; then say reboot no; else say reboot yes; fi
fi

# --- who asks, and by which way ----------------------------------------------------------------------------------------
say uid "$(id -u)"
say user "${SUDO_USER:-$(id -un)}"
say groups "$(id -nG "${SUDO_USER:-$(id -un)}" 2>/dev/null)"
root=
if [ "$(id -u)" = 0 ]; then
  say sudo root
elif ! has sudo; then
  say sudo none
elif sudo -n true 2>/dev/null; then
  say sudo free
  root="sudo -n"
else
  say sudo asks
fi
# sudo keeps this from its children, but not from whoever may read its own environment
connection=$SSH_CONNECTION parent=$PPID
while [ -z "$connection" ] && [ "${parent:-0}" -gt 1 ]; do
  connection=$(tr '\0' '\n' 2>/dev/null <"/proc/$parent/environ" | sed -n 's/^SSH_CONNECTION=//p')
  parent=$(awk '/^PPid:/ { print $2 }' "/proc/$parent/status" 2>/dev/null)
done
say connection "$connection"
state=/var/lib/sistership
if [ -d $state ]; then say state "$(stat -c '%a %U' $state 2>/dev/null)"; fi
if [ -f $state/edge/initial.json ]; then say state.edge yes; fi
if [ "$(cat /sys/fs/selinux/enforce 2>/dev/null)" = 1 ]; then say enforcing yes; fi
for name in $(awk -F : '$3 >= 1000 && $3 < 60000 { print $1 }' /etc/passwd 2>/dev/null | head -n 50); do
  say login "$name $(id -nG "$name" 2>/dev/null)"
done

# --- network and Docker: long lines, kept until nobody else writes -----------------------------------------------------
addresses=$(ip -o addr show scope global 2>/dev/null)
routes=$(ip -4 route show 2>/dev/null)
if has ss; then listens=$($root ss -Hltunp 2>/dev/null); sockets=; else
  listens=
  sockets=$(cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | awk '$4 == "0A" { print $2 }')
fi

docker_told() {
  if ! has docker; then
    if has podman; then say podman "$(podman --version 2>/dev/null)"; fi
    return
  fi
  version=$(docker --version 2>/dev/null)
  say docker.program "$version"
  case $version in *podman*) return ;; esac
  told=$(bounded 10 $root docker info --format 'docker.root={{.DockerRootDir}}
docker.version={{.ServerVersion}}
docker.driver={{.Driver}}
docker.store={{json .DriverStatus}}
docker.log={{.LoggingDriver}}
docker.live={{.LiveRestoreEnabled}}
docker.running={{.ContainersRunning}}
docker.security={{json .SecurityOptions}}
docker.swarm={{json .Swarm}}' 2>&1)
  answered=$?
  printf '%s\n' "$told" | sed 's/^docker\./&/;t;s/^/docker.trouble=/'
  [ $answered = 0 ] || return
  $root docker ps --no-trunc --filter publish=80 --filter publish=443 \
    --format '{{.Names}}	{{.Image}}	{{.Ports}}	{{.Label "com.docker.swarm.service.name"}}' 2>/dev/null | each docker.publishes
  say docker.caddy "$($root docker image ls -q caddy:2 2>/dev/null)"
  case $told in *'"ControlAvailable":true'*) ;; *) return ;; esac
  # shellcheck disable=SC2046
  $root docker node inspect --format '{"id":{{json .ID}},"hostname":{{json .Description.Hostname}},"state":{{json .Status.State}},"address":{{json .Status.Addr}},"availability":{{json .Spec.Availability}},"labels":{{json .Spec.Labels}},"manager":{{json .ManagerStatus}}}' $($root docker node ls -q 2>/dev/null) 2>/dev/null | each swarm.node
  $root docker network inspect sistership --format '{{json .}}' 2>/dev/null | sed '/^\[\]$/d' | each swarm.network
  services=$($root docker service ls -q 2>/dev/null)
  # shellcheck disable=SC2086
  if [ -n "$services" ]; then
    $root docker service inspect --format '{"name":{{json .Spec.Name}},"labels":{{json .Spec.Labels}},"image":{{json .Spec.TaskTemplate.ContainerSpec.Image}}}' $services 2>/dev/null | each swarm.service
  fi
}
told=$(docker_told)
folder=$(printf '%s\n' "$told" | sed -n 's/^docker.root=//p')
disks=$(df -Pk / "${folder:-/var/lib}" 2>/dev/null)

wait
if [ -f /etc/docker/daemon.json ]; then say daemon "$(tr '\n\r\t' '   ' </etc/docker/daemon.json 2>/dev/null)"; fi
printf '%s\n' "$addresses" | each address
printf '%s\n' "$routes" | each route
printf '%s\n' "$listens" | each listen
printf '%s\n' "$sockets" | each socket
printf '%s\n' "$disks" | each disk
printf '%s\n' "$told"
say ended "$(date +%s.%N)"
