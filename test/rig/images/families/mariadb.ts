import { type Definition, dockerfile, runWithApt, type Suite } from "../definition.ts";

export const mariadb: readonly Definition[] = [
  release("10.11", "bookworm", "12", ["mariadb:10"]),
  release("11.8", "trixie", "13", ["mariadb:11", "mariadb:lts", "mariadb:latest"]),
];

function release(version: string, suite: Suite, debian: string, aliases: readonly string[]): Definition {
  return {
    is: "built",
    name: `mariadb:${version}`,
    aliases,
    scripts: ["mariadb-entrypoint.sh", "mariadb-healthcheck.sh", "mariadb.cnf"],
    dockerfile: dockerfile(
      `FROM debian:${debian}`,
      "RUN groupadd -r mysql --gid=999 && useradd -r -g mysql --uid=999 --home-dir /var/lib/mysql --shell /usr/sbin/nologin mysql",
      runWithApt(suite, [
        "$apt install --no-install-recommends gosu tzdata xz-utils zstd pwgen mariadb-server",
        // The data that Debian's package made is nobody's: the entry script makes its own.
        "rm -rf /var/lib/mysql /etc/mysql/mariadb.conf.d/50-server.cnf",
        "install -d -m 1777 -o mysql -g mysql /var/lib/mysql /run/mysqld",
        "mkdir /docker-entrypoint-initdb.d",
      ]),
      `ENV LANG=C.UTF-8 MARIADB_MAJOR=${version}`,
      "COPY mariadb.cnf /etc/mysql/mariadb.conf.d/05-image.cnf",
      "COPY --chmod=755 mariadb-entrypoint.sh /usr/local/bin/docker-entrypoint.sh",
      "COPY --chmod=755 mariadb-healthcheck.sh /usr/local/bin/healthcheck.sh",
      'VOLUME /var/lib/mysql\nENTRYPOINT ["docker-entrypoint.sh"]\nEXPOSE 3306\nCMD ["mariadbd"]',
    ),
  };
}
