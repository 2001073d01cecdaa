# Makes the user that deploys: `user.sh NAME LIKE sudo|no-sudo`. LIKE is whose keys let it in. Run twice, it changes nothing.
set -eu
name=$1 like=$2 sudo=$3

getent passwd "$name" >/dev/null || useradd --create-home --shell /bin/bash "$name"
# No password lets it in, and the login is not closed for keys, as it would be with an account that is locked.
case $(getent shadow "$name" | cut -d : -f 2) in '' | '!' | '!!' | '!*') usermod --password '*' "$name" ;; esac
usermod -aG docker "$name"

home=$(getent passwd "$name" | cut -d : -f 6)
keys=$(getent passwd "$like" | cut -d : -f 6)/.ssh/authorized_keys
own=$home/.ssh/authorized_keys
group=$(id -gn "$name")
install -d -m 700 -o "$name" -g "$group" "$home/.ssh"
[ -e "$own" ] || install -m 600 -o "$name" -g "$group" /dev/null "$own"
while IFS= read -r key || [ -n "$key" ]; do
  [ -z "$key" ] || grep -qxF -- "$key" "$own" || printf '%s\n' "$key" >>"$own"
done <"$keys"

if [ "$sudo" = sudo ]; then
  rule=/etc/sudoers.d/90-sistership-$name
  printf '%s ALL=(ALL) NOPASSWD: ALL\n' "$name" >"$rule.new"
  chmod 440 "$rule.new"
  # a mistake in there would close sudo to everybody
  visudo -c -q -f "$rule.new"
  mv "$rule.new" "$rule"
  if getent group sudo >/dev/null; then usermod -aG sudo "$name"; else usermod -aG wheel "$name"; fi
fi
