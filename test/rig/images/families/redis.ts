import { apt, type Definition, dockerfile, type Suite } from "../definition.ts";

export const redis: readonly Definition[] = [
  store("redis", "redis:7", ["redis:7.0", "redis:7-bookworm"], "bookworm", "12", "redis-server"),
  store("redis", "redis:8", ["redis:8.0", "redis:latest", "redis:8-trixie"], "trixie", "13", "redis-server"),
  store(
    "valkey",
    "valkey/valkey:8",
    ["valkey/valkey:8.1", "valkey/valkey:latest", "valkey/valkey:8-trixie"],
    "trixie",
    "13",
    "valkey-server",
  ),
];

function store(
  user: "redis" | "valkey",
  name: string,
  aliases: readonly string[],
  suite: Suite,
  debian: string,
  server: string,
): Definition {
  return {
    is: "built",
    name,
    aliases,
    scripts: ["redis-entrypoint.sh"],
    dockerfile: dockerfile(
      `FROM debian:${debian}`,
      `RUN groupadd --system --gid 999 ${user} && useradd --system --gid ${user} --uid 999 --home-dir /data --no-create-home ${user}`,
      apt(suite, [server]),
      `RUN install -d -o ${user} -g ${user} /data`,
      "COPY --chmod=755 redis-entrypoint.sh /usr/local/bin/docker-entrypoint.sh",
      `VOLUME /data\nWORKDIR /data\nENTRYPOINT ["docker-entrypoint.sh"]\nEXPOSE 6379\nCMD ["${server}"]`,
    ),
  };
}
