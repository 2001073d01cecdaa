import type { Image, Process, Profile } from "../profile/index.ts";
import { execForm, quote } from "./command.ts";
import { type Lock, pinned } from "./lock.ts";
import { serves, siteFile, siteText } from "./site.ts";
import { type Stack, toolOf } from "./stacks/index.ts";
import { template } from "./templates.ts";

/** Where the source lies in every image. */
export const appFolder = "/app";

/** The Dockerfile of one image: one base, and what is developed in and what is released grown from it. */
export function dockerfile(profile: Profile, image: Image, stack: Stack, lock: Lock): string {
  const processes = Object.values(profile.processes).filter((process) => process.image === image.name);
  return [
    base(image, stack, processes, lock),
    tools(image, stack, lock),
    dev(stack, volumesOf(processes)),
    ...manifests(stack),
    dependencies(image, stack),
    build(stack),
    ...production(stack),
    release(profile, image, stack, processes),
  ].join("\n\n");
}

function base(image: Image, stack: Stack, processes: readonly Process[], lock: Lock): string {
  const caddy = stack.base.startsWith("caddy:")
    ? undefined
    : processes.find((process) => serves(image, process));
  return lines(
    "# base: what development and production share, so that runtime and system packages cannot differ.",
    `FROM ${pinned(stack.base, lock)} AS base`,
    "USER root",
    "# probe asks the application how it is; trust brings further certificate authorities to downloads.",
    heredoc("/usr/local/bin/sistership-probe", template("image/sistership-probe"), "755"),
    heredoc("/usr/local/bin/sistership-trust", template("image/sistership-trust"), "644"),
    env(stack.env),
    apt([...(stack.packages ?? []), ...image.packages]),
    copies(stack, "base", lock),
    caddy && `COPY --from=${pinned("caddy:2", lock)} /usr/bin/caddy /usr/local/bin/caddy`,
    ...processes
      .filter((process) => serves(image, process))
      .map((process) => heredoc(siteFile(process), siteText(process, appFolder), "644")),
    stack.reads?.in === "base" && reads(stack.reads.file),
    ...(stack.baseRuns ?? []).map((command) => step(command)),
    "# The application runs as a user without rights. Its folder is its own.",
    "RUN echo 'app:x:10001:' >> /etc/group && echo 'app:x:10001:10001::/home/app:/bin/sh' >> /etc/passwd \\",
    ` && mkdir -p /home/app ${appFolder} && chown 10001:10001 /home/app ${appFolder}`,
    `WORKDIR ${appFolder}`,
  );
}

function tools(image: Image, stack: Stack, lock: Lock): string {
  const own = stack.toolPackages ?? [];
  // Git reaches private repositories by it
  const ssh = own.includes("git") ? ["openssh-client"] : [];
  const packages = [...new Set([...own, ...ssh, ...image.buildPackages])];
  const others = image.tools.flatMap(({ language, version }) => {
    const tool = toolOf(language, version);
    if (tool === undefined) return [];
    const copied = tool.paths.map(
      (path) =>
        `COPY --from=${pinned(tool.from, lock)} ${path} ${path === "/deno" ? "/usr/local/bin/deno" : path}`,
    );
    return language === "node"
      ? [
          ...copied,
          step(
            "ln -sf ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm && ln -sf ../lib/node_modules/npm/bin/npx-cli.js /usr/local/bin/npx",
          ),
        ]
      : copied;
  });
  const { sdk } = stack;
  return lines(
    "# tools: compilers and package managers. Nothing of them is released.",
    sdk === undefined ? "FROM base AS tools" : `FROM ${pinned(sdk, lock)} AS tools`,
    ...(sdk === undefined
      ? []
      : [
          "USER root",
          "COPY --from=base /etc/passwd /etc/group /etc/",
          "COPY --from=base /usr/local/bin/sistership-probe /usr/local/bin/sistership-trust /usr/local/bin/",
          env(stack.env),
          apt(image.packages),
          `RUN mkdir -p /home/app ${appFolder} && chown 10001:10001 /home/app ${appFolder}`,
          `WORKDIR ${appFolder}`,
        ]),
    apt(packages),
    copies(stack, "tools", lock),
    ...others,
    "# Where caches go: mounted while building, a volume while developing, in no image.",
    env(stack.toolEnv),
    ...(stack.mirrors?.length
      ? [
          "# Mirrors of the registry: docker build --build-arg NAME=https://… (no passwords: arguments stay in the history).",
        ]
      : []),
    ...(stack.mirrors ?? []).map((name) => `ARG ${name}`),
    stack.reads?.in === "tools" && reads(stack.reads.file),
    ...(stack.toolRuns ?? []).map((command) => step(command)),
  );
}

function dev(stack: Stack, volumes: readonly string[]): string {
  // a named volume takes its owner from what the image has in its place
  const folders = ["/cache", "/home/app", ...(stack.folders ?? []), ...volumes].map(quote).join(" ");
  return lines(
    "# dev: the source is mounted over /app, dependencies are installed when the container starts.",
    "FROM tools AS dev",
    "# The numbers of the user who develops, so that files made inside belong to them outside.",
    "ARG UID=1000",
    "ARG GID=1000",
    "# Another user of that number, such as node of the official images, makes way; root stays.",
    'RUN if [ "$UID" != 0 ]; then sed -i "/^[^:]*:[^:]*:$UID:/d" /etc/passwd; fi \\',
    ' && if [ "$GID" != 0 ]; then sed -i "/^[^:]*:[^:]*:$GID:/d" /etc/group; fi \\',
    " && sed -i '/^app:/d' /etc/passwd /etc/group \\",
    ' && echo "app:x:$UID:$GID::/home/app:/bin/sh" >> /etc/passwd && echo "app:x:$GID:" >> /etc/group \\',
    ` && mkdir -p ${folders} && chown -R "$UID:$GID" ${folders} && chown "$UID:$GID" ${appFolder}`,
    heredoc("/usr/local/bin/sistership-setup", setup(stack), "755"),
    ...(stack.dev?.runs ?? []).map((command) => step(command)),
    ...Object.entries(stack.dev?.files ?? {}).map(([path, from]) => heredoc(path, template(from), "644")),
    env(stack.dev?.env),
    "ENV HOME=/home/app",
    "USER app",
    "ENTRYPOINT []",
    'CMD ["sleep", "infinity"]',
  );
}

/** Installs dependencies when those files changed that say which. */
function setup(stack: Stack): string {
  const names = stack.manifests.map((name) => `-name '${name}'`).join(" -o ");
  if (stack.devInstall.length === 0) return "#!/bin/sh\necho 'Nothing to install.'\n";
  return [
    "#!/bin/sh",
    "# Installs the dependencies, unless they were installed from these very files. check: says whether there is anything to do.",
    "set -e",
    ". sistership-trust",
    `now=$(find . \\( -name node_modules -o -name vendor -o -name .git -o -name target \\) -prune -o -type f \\( ${names} \\) -exec sha256sum {} + | sort | sha256sum)`,
    `if [ "$now" = "$(cat /cache/installed 2>/dev/null)" ]${stack.installed ? ` && [ -d ${stack.installed} ]` : ""}; then echo 'Dependencies are up to date.'; exit 0; fi`,
    'if [ "$1" = check ]; then exit 10; fi',
    ...stack.devInstall,
    'echo "$now" > /cache/installed',
    "",
  ].join("\n");
}

function manifests(stack: Stack): string[] {
  if (stack.manifests.length === 0 || stack.install.length === 0) return [];
  const names = stack.manifests.map((name) => `-name '${name}'`).join(" -o ");
  return [
    lines(
      "# manifests: only the files that say which dependencies there are. While they stay the same,",
      "# what follows is taken from the cache, whatever else has changed.",
      "FROM base AS manifests",
      "WORKDIR /source",
      "COPY . .",
      `RUN mkdir /manifests && find . -type f \\( ${names} \\) -exec cp --parents {} /manifests \\;`,
    ),
  ];
}

function dependencies(image: Image, stack: Stack): string {
  const has = stack.install.length > 0;
  return lines(
    "FROM tools AS dependencies",
    env(image.env),
    has && stack.manifests.length > 0 && "COPY --from=manifests /manifests ./",
    ...stack.install.map((command) => step(command)),
  );
}

function build(stack: Stack): string {
  return lines(
    "# build: the source comes after the dependencies.",
    "FROM dependencies AS build",
    stack.folders && stack.build.length > 0 && "RUN touch /before",
    "COPY . .",
    ...stack.build.map((command) => step(command)),
    stack.folders &&
      stack.build.length > 0 &&
      `RUN mkdir -p /added && find ${stack.folders.join(" ")} ! -type d -cnewer /before -exec cp --parents -P {} /added \\;`,
    ...(stack.strip?.length && stack.install.length > 0
      ? [
          "# What came with the dependencies is released in a layer of its own.",
          ...stack.strip.map((command) => step(command)),
        ]
      : (stack.strip ?? []).map((command) => step(command))),
  );
}

function production(stack: Stack): string[] {
  if (!stack.prune?.length) return [];
  return [
    lines(
      "# production: of the dependencies, only those that run.",
      "FROM dependencies AS production",
      ...stack.prune.map((command) => step(command)),
    ),
  ];
}

function release(profile: Profile, image: Image, stack: Stack, processes: readonly Process[]): string {
  const first =
    processes.find(({ name }) => name === profile.main) ?? processes.find(({ port }) => port) ?? processes[0];
  const from = stack.prune?.length ? "production" : "dependencies";
  const volumes = volumesOf(processes);
  const ports = [...new Set(processes.flatMap(({ port }) => (port === undefined ? [] : [port])))].sort(
    (a, b) => a - b,
  );
  const healthy = first && healthcheck(first);
  return lines(
    "# release: what runs in production, and nothing else. Layers that change least come first.",
    "FROM base AS release",
    env({ ...stack.releaseEnv, HOME: "/home/app" }),
    volumes.length > 0 &&
      `RUN mkdir -p ${volumes.map(quote).join(" ")} && chown -R app:app ${volumes.map(quote).join(" ")}`,
    ...(stack.install.length === 0
      ? []
      : [
          "# The dependencies: a layer that stays the same until the manifests change.",
          ...(stack.folders ?? []).map((folder) => `COPY --from=dependencies ${folder} ${folder}`),
          stack.manifests.length > 0 &&
            !stack.folders &&
            `COPY --from=${from} --chown=app:app ${appFolder} ${appFolder}`,
        ]),
    stack.folders && stack.build.length > 0 && "COPY --from=build /added /",
    "# The application: usually the only layer that a change makes new.",
    `COPY --from=build --chown=app:app ${appFolder} ${appFolder}`,
    "USER app",
    first && first.dir !== "." && `WORKDIR ${appFolder}/${first.dir}`,
    ...ports.map((port) => `EXPOSE ${port}`),
    healthy && `HEALTHCHECK ${healthy}`,
    "# No shell in between: the program itself gets SIGTERM, and can finish what it is doing.",
    "ENTRYPOINT []",
    first && `CMD ${JSON.stringify(processCommand(image, first))}`,
    `ARG REVISION=""`,
    `ARG VERSION=""`,
    `LABEL org.opencontainers.image.title=${JSON.stringify(profile.name)} \\`,
    "      org.opencontainers.image.revision=$REVISION \\",
    "      org.opencontainers.image.version=$VERSION",
  );
}

/** What a process starts in the image that is released. */
export function processCommand(image: Image, process: Process): string[] {
  if (serves(image, process))
    return ["caddy", "run", "--adapter", "caddyfile", "--config", siteFile(process)];
  return process.run === undefined ? ["sleep", "infinity"] : execForm(process.run);
}

function volumesOf(processes: readonly Process[]): string[] {
  return [...new Set(processes.flatMap(({ volumes }) => Object.values(volumes)))].sort();
}

function healthcheck({ health, port }: Process): string | undefined {
  if (health === undefined) return undefined;
  const times = `--interval=${seconds(health.intervalMs)} --timeout=${seconds(health.timeoutMs)} --start-period=${seconds(health.startMs)}`;
  return `${times} CMD ${JSON.stringify(probeCommand(health, port))}`;
}

/** How a process is asked whether it is well, inside its container. */
export function probeCommand(health: NonNullable<Process["health"]>, port: number | undefined): string[] {
  const { check } = health;
  if (check.kind === "command") return ["sh", "-c", check.run];
  return ["sistership-probe", String(port ?? 0), ...(check.kind === "http" ? [check.path] : [])];
}

const seconds = (ms: number) => `${ms / 1000}s`;

/** A step of the build that may download: caches are mounted, and so are further authorities where there are some. */
function step(command: string): string {
  return `RUN --mount=type=cache,target=/cache,sharing=locked --mount=type=secret,id=authorities \\\n . sistership-trust && ${command.includes(" || ") ? `{ ${command}; }` : command}`;
}

function apt(packages: readonly string[]): string | false {
  const names = [...new Set(packages)].sort();
  if (names.length === 0) return false;
  return `RUN --mount=type=secret,id=authorities . sistership-trust \\
 && apt-get update -qq && apt-get install -y -qq --no-install-recommends \\
 ${names.join(" ")} \\
 && rm -rf /var/lib/apt/lists/*`;
}

function copies(stack: Stack, where: "base" | "tools", lock: Lock): string | false {
  const wanted = (stack.copies ?? []).filter((copy) => copy.in === where);
  if (wanted.length === 0) return false;
  return wanted.map(({ from, path, to }) => `COPY --from=${pinned(from, lock)} ${path} ${to}`).join("\n");
}

const reads = (file: string) => `COPY ${file} /tmp/sistership/`;

function env(variables: Readonly<Record<string, string>> | undefined): string | false {
  const entries = Object.entries(variables ?? {});
  if (entries.length === 0) return false;
  return `ENV ${entries.map(([name, value]) => `${name}=${envValue(value)}`).join(" \\\n    ")}`;
}

/** `$PATH` is meant; any other dollar is text. */
function envValue(value: string): string {
  return `"${value
    .replaceAll("\\", "\\\\")
    .replaceAll('"', '\\"')
    .replaceAll(/\$(?!PATH\b)/g, "\\$")
    .replaceAll("\n", "\\n")}"`;
}

/** The blank line after it is for linters that need one. */
function heredoc(path: string, text: string, mode: string): string {
  return `COPY --chmod=${mode} <<'EOF' ${path}\n${text.trimEnd()}\nEOF\n`;
}

function lines(...all: (string | false | undefined)[]): string {
  return all.filter((line): line is string => typeof line === "string" && line !== "").join("\n");
}
