import { apt, type Definition, dockerfile, type Suite } from "../definition.ts";

/** The compilers and libraries that the full images of the languages bring, and their slim ones do not. */
const buildTools = [
  "bzip2 ca-certificates curl file g++ gcc git gnupg libbz2-dev libc6-dev libcurl4-openssl-dev libffi-dev",
  "libjpeg-dev liblzma-dev libncurses-dev libpng-dev libpq-dev libreadline-dev libsqlite3-dev libssl-dev",
  "libxml2-dev libxslt1-dev libyaml-dev default-libmysqlclient-dev make netbase openssh-client patch",
  "pkg-config procps tzdata unzip wget xz-utils zlib1g-dev",
];

export const debian: readonly Definition[] = [
  {
    is: "base",
    name: "debian:12",
    aliases: ["debian:bookworm", "debian:12-slim", "debian:bookworm-slim"],
    suite: "bookworm",
  },
  {
    is: "base",
    name: "debian:13",
    aliases: [
      "debian:trixie",
      "debian:13-slim",
      "debian:trixie-slim",
      "debian:stable",
      "debian:stable-slim",
      "debian:latest",
    ],
    suite: "trixie",
  },
  withBuildTools("bookworm", "12"),
  withBuildTools("trixie", "13"),
];

function withBuildTools(suite: Suite, version: string): Definition {
  return {
    is: "built",
    name: `buildpack-deps:${suite}`,
    aliases: [],
    dockerfile: dockerfile(`FROM debian:${version}`, apt(suite, buildTools)),
  };
}
