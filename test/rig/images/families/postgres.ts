import { apt, type Definition, dockerfile, runWithApt, type Suite } from "../definition.ts";

export const postgres: readonly Definition[] = [
  release("15", "bookworm", "12"),
  release("17", "trixie", "13"),
  {
    is: "built",
    name: "pgvector/pgvector:pg17",
    aliases: ["pgvector/pgvector:pg17-trixie", "pgvector/pgvector:0.8.0-pg17"],
    dockerfile: dockerfile("FROM postgres:17", apt("trixie", ["postgresql-17-pgvector"])),
  },
];

function release(major: string, suite: Suite, debian: string): Definition {
  return {
    is: "built",
    name: `postgres:${major}`,
    aliases: [`postgres:${major}-${suite}`, ...(major === "17" ? ["postgres:latest"] : [])],
    scripts: ["postgres-entrypoint.sh"],
    dockerfile: dockerfile(
      `FROM debian:${debian}`,
      "RUN groupadd -r postgres --gid=999 && useradd -r -g postgres --uid=999 --home-dir=/var/lib/postgresql --shell=/bin/bash postgres",
      // The cluster that Debian would make stays out: the entry script makes one with the user's password.
      runWithApt(suite, [
        "$apt install --no-install-recommends gosu locales xz-utils zstd postgresql-common",
        "localedef -i en_US -c -f UTF-8 -A /etc/locale.alias en_US.UTF-8",
        "sed -ri 's/#?(create_main_cluster) .*/\\1 = false/' /etc/postgresql-common/createcluster.conf",
        `$apt install --no-install-recommends postgresql-${major}`,
        "gosu nobody true",
      ]),
      `ENV LANG=en_US.utf8 PG_MAJOR=${major} PATH=$PATH:/usr/lib/postgresql/${major}/bin PGDATA=/var/lib/postgresql/data`,
      `RUN sed -ri "s/^#?(listen_addresses) *= .*/\\1 = '*'/" /usr/share/postgresql/${major}/postgresql.conf.sample \\
 && install -d -m 1777 -o postgres -g postgres "$PGDATA" \\
 && install -d -m 3777 -o postgres -g postgres /var/run/postgresql \\
 && install -d -o postgres -g postgres /var/lib/postgresql && mkdir /docker-entrypoint-initdb.d`,
      "COPY --chmod=755 postgres-entrypoint.sh /usr/local/bin/docker-entrypoint.sh",
      'VOLUME /var/lib/postgresql/data\nENTRYPOINT ["docker-entrypoint.sh"]\nSTOPSIGNAL SIGINT\nEXPOSE 5432\nCMD ["postgres"]',
    ),
  };
}
