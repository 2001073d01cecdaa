import { apt, type Definition, dockerfile, runWithApt } from "../definition.ts";

const nginxSnippets = [
  "nginx-entrypoint.sh",
  "nginx-envsubst.sh",
  "nginx.conf",
  "nginx-default.conf",
  "nginx-index.html",
];

export const web: readonly Definition[] = [
  {
    is: "built",
    name: "nginx:1.26",
    aliases: ["nginx:1", "nginx:stable", "nginx:latest"],
    scripts: nginxSnippets,
    dockerfile: dockerfile(
      "FROM debian:13",
      "RUN groupadd --system --gid 101 nginx && useradd --system --gid nginx --no-create-home --home /nonexistent --shell /bin/false --uid 101 nginx",
      runWithApt("trixie", [
        "$apt install --no-install-recommends nginx-light gettext-base curl ca-certificates",
        // Debian's layout makes way for the official one.
        "rm -rf /etc/nginx/sites-* /etc/nginx/conf.d /etc/nginx/snippets /usr/share/nginx/html /var/www /var/lib/nginx",
        "mkdir -p /etc/nginx/conf.d /usr/share/nginx/html /docker-entrypoint.d /var/cache/nginx /var/lib/nginx /var/log/nginx",
        "chown nginx:nginx /var/cache/nginx /var/lib/nginx",
        "ln -sf /dev/stdout /var/log/nginx/access.log",
        "ln -sf /dev/stderr /var/log/nginx/error.log",
      ]),
      `COPY nginx.conf /etc/nginx/nginx.conf
COPY nginx-default.conf /etc/nginx/conf.d/default.conf
COPY nginx-index.html /usr/share/nginx/html/index.html
COPY --chmod=755 nginx-entrypoint.sh /docker-entrypoint.sh
COPY --chmod=755 nginx-envsubst.sh /docker-entrypoint.d/20-envsubst-on-templates.sh
RUN nginx -t`,
      'ENTRYPOINT ["/docker-entrypoint.sh"]\nEXPOSE 80\nSTOPSIGNAL SIGQUIT\nCMD ["nginx", "-g", "daemon off;"]',
    ),
  },
  {
    is: "built",
    name: "caddy:2",
    aliases: ["caddy:2.11", "caddy:latest"],
    scripts: ["caddy-index.html", "Caddyfile"],
    dockerfile: dockerfile(
      "FROM debian:13",
      // Debian 13's Caddy is of 2022; the one of Debian's next release is the current one, and one file.
      runWithApt("trixie", [
        "$apt install --no-install-recommends ca-certificates libcap2-bin mailcap",
        "mkdir -p /tmp/apt/next/sources /tmp/apt/next/lists/partial /tmp/apt/next/cache/archives/partial",
        "sed 's/trixie/forky/g' /etc/apt/sources.list.d/0000debian.sources > /tmp/apt/next/sources/next.sources",
        'next="apt-get -qq -o Dir::Etc::sourceparts=/tmp/apt/next/sources -o Dir::State::Lists=/tmp/apt/next/lists -o Dir::Cache=/tmp/apt/next/cache -o APT::Sandbox::User=root"',
        "mkdir /tmp/caddy && cd /tmp/caddy && $next update && $next download caddy",
        "dpkg -x caddy_*.deb . && mv usr/bin/caddy /usr/bin/caddy && cd / && rm -rf /tmp/caddy",
        "setcap cap_net_bind_service=+ep /usr/bin/caddy",
        "mkdir -p /config/caddy /data/caddy /etc/caddy /usr/share/caddy",
        "caddy version",
      ]),
      "COPY Caddyfile /etc/caddy/Caddyfile\nCOPY caddy-index.html /usr/share/caddy/index.html",
      "ENV XDG_CONFIG_HOME=/config XDG_DATA_HOME=/data",
      'EXPOSE 80\nEXPOSE 443\nEXPOSE 443/udp\nEXPOSE 2019\nWORKDIR /srv\nCMD ["caddy", "run", "--config", "/etc/caddy/Caddyfile", "--adapter", "caddyfile"]',
    ),
  },
];

export const mail: readonly Definition[] = [
  {
    is: "built",
    name: "maildev/maildev:2.2.1",
    aliases: ["maildev/maildev:latest", "maildev/maildev:2"],
    dockerfile: dockerfile(
      "FROM node:24-slim",
      "ENV NODE_ENV=production MAILDEV_WEB_PORT=1080 MAILDEV_SMTP_PORT=1025",
      "WORKDIR /home/node",
      apt("bookworm", ["wget"]),
      "RUN npm install --global --no-audit --no-fund --omit=dev maildev@2.2.1 && npm cache clean --force",
      "USER node",
      "EXPOSE 1080 1025",
      'ENTRYPOINT ["maildev"]',
      "HEALTHCHECK --interval=10s --timeout=1s CMD wget -q -O - http://localhost:$MAILDEV_WEB_PORT$MAILDEV_BASE_PATHNAME/healthz || exit 1",
    ),
  },
];
