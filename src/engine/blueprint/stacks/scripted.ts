import type { Asked, Stack } from "./stack.ts";

export function ruby({ image, version }: Asked): Stack {
  return {
    base: `ruby:${version}-slim`,
    toolPackages: ["build-essential", "git", "libyaml-dev", "pkg-config"],
    toolEnv: { BUNDLE_USER_CACHE: "/cache/bundle" },
    releaseEnv: { RAILS_ENV: "production", RACK_ENV: "production", BUNDLE_WITHOUT: "development:test" },
    manifests: ["Gemfile", "Gemfile.lock", "*.gemspec", ".ruby-version", ".tool-versions", "version.rb"],
    install: image.install.map((command) =>
      /^bundle\b/.test(command) ? `BUNDLE_WITHOUT=development:test ${command}` : command,
    ),
    build: image.run,
    devInstall: image.install,
    folders: ["/usr/local/bundle"],
    mirrors: ["BUNDLE_MIRROR__ALL"],
    editor: { extensions: ["shopify.ruby-lsp", "koichisasada.vscode-rdbg"], settings: {} },
  };
}

export function elixir({ image, version }: Asked): Stack {
  return {
    base: `elixir:${version}-slim`,
    env: { LANG: "C.UTF-8", MIX_HOME: "/opt/mix", HEX_HOME: "/opt/hex" },
    toolPackages: ["build-essential", "git"],
    toolRuns: ["mix local.hex --force && mix local.rebar --force"],
    releaseEnv: { MIX_ENV: "prod", PHX_SERVER: "true" },
    manifests: ["mix.exs", "mix.lock", "config.exs", "prod.exs", "runtime.exs"],
    install: image.install.map((command) => (/^mix\b/.test(command) ? `MIX_ENV=prod ${command}` : command)),
    build: image.run.map((command) => (/^mix\b/.test(command) ? `MIX_ENV=prod ${command}` : command)),
    devInstall: image.install.map((command) => command.replace(/\s--only[ =]prod\b/, "")),
    installed: "deps",
    editor: { extensions: ["jakebecker.elixir-ls"], settings: {} },
  };
}

export function deno({ image, version }: Asked): Stack {
  return {
    base: `denoland/deno:debian-${version}`,
    env: { DENO_DIR: "/opt/deno", DENO_NO_UPDATE_CHECK: "1" },
    manifests: ["deno.json", "deno.jsonc", "deno.lock", "package.json", "import_map.json"],
    install: image.install,
    build: image.run,
    devInstall: image.install,
    folders: ["/opt/deno"],
    mirrors: ["NPM_CONFIG_REGISTRY", "JSR_URL"],
    editor: { extensions: ["denoland.vscode-deno"], settings: { "deno.enable": true } },
  };
}

/** Files that need no program of their own: Caddy serves them, here and when released. */
export function files({ image }: Asked): Stack {
  return {
    base: "caddy:2",
    manifests: [],
    install: image.install,
    build: image.run,
    devInstall: [],
    editor: { extensions: [], settings: {} },
  };
}
