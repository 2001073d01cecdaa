import { apt, type Definition, dockerfile, type Suite } from "../definition.ts";

/**
 * Gems that Debian packs, so that a Gemfile of the usual ones installs where no gem server is reached.
 * A gem server that is reached is used as ever.
 */
const gems = [
  "ruby-sinatra",
  "puma",
  "ruby-rackup",
  "ruby-pg",
  "ruby-redis",
  "ruby-sequel",
  "rake",
  "ruby-minitest",
];

export const ruby: readonly Definition[] = [
  ...release(
    "3.1",
    "bookworm",
    "12",
    gems.filter((gem) => gem !== "ruby-rackup"),
    [],
  ),
  ...release("3.3", "trixie", "13", gems, ["ruby:3"]),
];

function release(
  version: string,
  suite: Suite,
  debian: string,
  packed: readonly string[],
  aliases: readonly string[],
): Definition[] {
  const contents = (base: string, more: readonly string[]) =>
    dockerfile(
      `FROM ${base}`,
      "ENV LANG=C.UTF-8 GEM_HOME=/usr/local/bundle BUNDLE_SILENCE_ROOT_WARNING=1 BUNDLE_APP_CONFIG=/usr/local/bundle",
      "ENV PATH=$GEM_HOME/bin:$PATH",
      apt(suite, ["ruby", "ruby-bundler", "ca-certificates", ...packed, ...more]),
      'RUN mkdir -p "$GEM_HOME" && chmod 1777 "$GEM_HOME" && ruby --version && bundle --version',
      'CMD ["irb"]',
    );
  return [
    {
      is: "built",
      name: `ruby:${version}-slim`,
      aliases: [`ruby:${version}-slim-${suite}`, ...aliases.map((alias) => `${alias}-slim`)],
      dockerfile: contents(`debian:${debian}`, []),
    },
    {
      is: "built",
      name: `ruby:${version}`,
      aliases: [`ruby:${version}-${suite}`, ...aliases],
      dockerfile: contents(`buildpack-deps:${suite}`, ["ruby-dev"]),
    },
  ];
}
