import { apt, type Definition, dockerfile, steps } from "../definition.ts";

export const golang: readonly Definition[] = [
  release("1.24", "1.24.13", []),
  release("1.25", "1.25.8", []),
  release("1.26", "1.26.8", ["golang:1", "golang:latest"]),
];

/** Debian's Go fetches the wanted one, which comes as a Go module like any other. */
function release(minor: string, version: string, aliases: readonly string[]): Definition {
  return {
    is: "built",
    name: `golang:${minor}`,
    aliases: [`golang:${version}`, `golang:${minor}-bookworm`, ...aliases],
    dockerfile: dockerfile(
      "FROM debian:13 AS fetch",
      apt("trixie", ["golang-go", "ca-certificates"]),
      steps(
        `GOTOOLCHAIN=go${version} GOPATH=/go GOFLAGS=-modcacherw go version`,
        "mv /go/pkg/mod/golang.org/toolchain@* /usr/local/go",
        "chmod -R +x /usr/local/go/bin /usr/local/go/pkg/tool",
      ),
      "FROM buildpack-deps:bookworm",
      `ENV GOLANG_VERSION=${version} GOTOOLCHAIN=local GOPATH=/go PATH=/go/bin:/usr/local/go/bin:$PATH`,
      "COPY --from=fetch /usr/local/go /usr/local/go",
      'RUN mkdir -p "$GOPATH/src" "$GOPATH/bin" && chmod -R 1777 "$GOPATH" && go version',
      "WORKDIR $GOPATH",
    ),
  };
}
