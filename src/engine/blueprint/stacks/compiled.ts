import type { Asked, Stack } from "./stack.ts";

/** A Go program needs nothing at run time: the base is Debian with the profile's packages, the compiler comes for building. */
export function go({ image, version }: Asked): Stack {
  return {
    base: "debian:bookworm-slim",
    copies: [{ from: `golang:${version}`, path: "/usr/local/go", to: "/usr/local/go", in: "tools" }],
    packages: ["ca-certificates", "tzdata"],
    toolPackages: ["git", "gcc", "libc6-dev"],
    toolEnv: {
      GOTOOLCHAIN: "local",
      GOPATH: "/cache/go",
      GOCACHE: "/cache/go-build",
      GOFLAGS: "-buildvcs=false",
      PATH: "/cache/go/bin:/usr/local/go/bin:$PATH",
    },
    manifests: ["go.mod", "go.sum", "go.work", "go.work.sum"],
    install: image.install,
    build: image.run,
    strip: ["find . -type f -name '*.go' -delete"],
    // compiled once here, so that the first start is not taken for one that never comes up
    devInstall: image.install.length > 0 ? [...image.install, "go build ./... || true"] : [],
    dev: {
      runs: [
        `GOBIN=/usr/local/bin CGO_ENABLED=0 go install github.com/go-delve/delve/cmd/dlv@${delveFor(version)}`,
      ],
      files: {},
      // "go run" leaves out what debuggers read; of the program's own packages, nothing is optimised away
      env: { GOFLAGS: "-buildvcs=false '-gcflags=./...=-N -l -dwarf=true' '-ldflags=-s=0 -w=0'" },
      capabilities: ["SYS_PTRACE"],
    },
    mirrors: ["GOPROXY", "GOSUMDB", "GONOSUMDB"],
    editor: {
      extensions: ["golang.go"],
      settings: { "go.toolsManagement.autoUpdate": false },
    },
  };
}

/** The newest Delve that this Go compiles. */
function delveFor(version: string): string {
  const minor = Number(version.split(".")[1] ?? Number.POSITIVE_INFINITY);
  if (minor >= 25) return "v1.27.2";
  if (minor === 24) return "v1.26.2";
  if (minor >= 22) return "v1.25.2";
  return minor === 21 ? "v1.24.2" : "v1.21.2";
}

export function rust({ image, version }: Asked): Stack {
  return {
    base: "debian:bookworm-slim",
    copies: [
      { from: `rust:${version}-bookworm`, path: "/usr/local/cargo", to: "/usr/local/cargo", in: "tools" },
      { from: `rust:${version}-bookworm`, path: "/usr/local/rustup", to: "/usr/local/rustup", in: "tools" },
    ],
    packages: ["ca-certificates", "libssl3"],
    toolPackages: ["git", "gcc", "g++", "libc6-dev", "libssl-dev", "make", "pkg-config"],
    toolEnv: {
      CARGO_HOME: "/cache/cargo",
      RUSTUP_HOME: "/usr/local/rustup",
      PATH: "/usr/local/cargo/bin:$PATH",
    },
    manifests: ["Cargo.toml", "Cargo.lock", "rust-toolchain", "rust-toolchain.toml", "config.toml"],
    // Cargo reads no manifest whose source is missing: an empty one stands in while crates are fetched
    install: [
      'find . -name Cargo.toml -exec sh -c \'mkdir -p "$(dirname $0)/src" && touch "$(dirname $0)/src/lib.rs" && echo "fn main() { }" > "$(dirname $0)/src/main.rs"\' {} \\;',
      ...(image.install.length > 0 ? image.install : ["cargo fetch"]),
      "find . -name src -type d -prune -exec rm -rf {} +",
    ],
    build: image.run,
    strip: [
      "find . -type f -name '*.rs' -delete",
      "find . -path '*/target/*' -type d \\( -name deps -o -name build -o -name incremental -o -name .fingerprint \\) -prune -exec rm -rf {} +",
    ],
    devInstall: image.install,
    editor: { extensions: ["rust-lang.rust-analyzer", "vadimcn.vscode-lldb"], settings: {} },
  };
}

export function dotnet({ image, version }: Asked): Stack {
  return {
    base: `mcr.microsoft.com/dotnet/aspnet:${version}`,
    sdk: `mcr.microsoft.com/dotnet/sdk:${version}`,
    env: { DOTNET_CLI_TELEMETRY_OPTOUT: "1", DOTNET_NOLOGO: "1" },
    toolEnv: { NUGET_PACKAGES: "/cache/nuget" },
    manifests: [
      ...["*.csproj", "*.fsproj", "*.vbproj", "*.sln", "*.slnx", "*.props", "*.targets", "global.json"],
      ...["nuget.config", "NuGet.Config", "packages.lock.json", "dotnet-tools.json"],
    ],
    install: image.install,
    build: image.run,
    devInstall: image.install,
    editor: { extensions: ["ms-dotnettools.csharp"], settings: {} },
  };
}

export function java({ image, version }: Asked): Stack {
  const maven = image.install.concat(image.run).some((command) => /^mvn\b/.test(command));
  const gradle = image.install.concat(image.run).some((command) => /^gradle\b/.test(command));
  return {
    base: `eclipse-temurin:${version}-jre`,
    sdk: `eclipse-temurin:${version}-jdk`,
    env: { JAVA_TOOL_OPTIONS: "-XX:MaxRAMPercentage=75" },
    toolEnv: {
      MAVEN_ARGS: "-Dmaven.repo.local=/cache/maven",
      MAVEN_USER_HOME: "/cache/m2",
      GRADLE_USER_HOME: "/cache/gradle",
    },
    toolPackages: ["git", ...(maven ? ["maven"] : []), ...(gradle ? ["gradle"] : [])],
    manifests: [
      ...["pom.xml", "mvnw", "maven-wrapper.properties", "extensions.xml", "maven.config", "jvm.config"],
      ...[
        "*.gradle",
        "*.gradle.kts",
        "gradle.properties",
        "gradlew",
        "gradle-wrapper.*",
        "libs.versions.toml",
      ],
    ],
    install: image.install,
    build: image.run,
    devInstall: image.install,
    editor: {
      extensions: ["vscjava.vscode-java-pack"],
      settings: {},
    },
  };
}
