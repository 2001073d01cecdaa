/** Asks a port (and a path) of the container itself; needs only what every base image has: bash or BusyBox. */
export const probe = `#!/bin/sh
# probe PORT [PATH]: succeeds when the port is open and the path answers 2xx or 3xx.
# It asks at the container's own address, as others do: what listens on 127.0.0.1 alone is not well.
port=$1 path=$2 host=$(hostname)
if command -v bash >/dev/null; then
  exec bash -c '
    if ! exec 3<>"/dev/tcp/$2/$0"; then
      if (exec 3<>"/dev/tcp/127.0.0.1/$0"); then echo "port $0 is open on 127.0.0.1 alone: listen on 0.0.0.0"; fi
      exit 1
    fi 2>/dev/null
    [ -n "$1" ] || exit 0
    printf "GET %s HTTP/1.0\\r\\nHost: localhost\\r\\nUser-Agent: sistership-probe\\r\\n\\r\\n" "$1" >&3
    read -r _ status _ <&3
    case $status in [23]??) exit 0;; *) echo "answered $status"; exit 1;; esac
  ' "$port" "$path" "$host"
fi
if [ -z "$path" ]; then exec nc -z "$host" "$port"; fi
exec wget -q -O /dev/null "http://$host:$port$path"
`;

/** Makes the tools of every language trust further authorities, such as those of a company's proxy. Leaves nothing behind. */
export const trust = `# Sourced before anything is downloaded. The authorities are a build secret, or a variable while developing.
if [ -s /run/secrets/authorities ] || [ -n "$SISTERSHIP_AUTHORITIES" ]; then
  all=/dev/shm/authorities.pem
  {
    cat "\${SSL_CERT_FILE:-/etc/ssl/certs/ca-certificates.crt}" /run/secrets/authorities 2>/dev/null
    printf '%s\\n' "$SISTERSHIP_AUTHORITIES"
  } > "$all.new" && mv "$all.new" "$all"
  for name in SSL_CERT_FILE NODE_EXTRA_CA_CERTS PIP_CERT REQUESTS_CA_BUNDLE CURL_CA_BUNDLE GIT_SSL_CAINFO \\
    CARGO_HTTP_CAINFO COMPOSER_CAFILE DENO_CERT BUNDLE_SSL_CA_CERT; do export "$name=$all"; done
fi
`;
