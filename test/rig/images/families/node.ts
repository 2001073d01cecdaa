import { apt, type Definition, dockerfile, steps } from "../definition.ts";

const arch = process.arch === "arm64" ? "arm64" : "x64";
const corepack = "0.36.0";
const yarn = "1.22.22";

export const node: readonly Definition[] = [
  ...release({ major: 22, version: "22.23.3", npm: "10.9.9", aliases: [] }),
  ...release({ major: 24, version: "24.21.0", npm: "11.21.2", aliases: ["node:lts", "node:lts-slim"] }),
];

interface Release {
  major: number;
  version: string;
  npm: string;
  aliases: readonly string[];
}

function release({ major, version, npm, aliases }: Release): Definition[] {
  const tags = (kind: "" | "-slim") => [
    `node:${version}${kind}`,
    `node:${major}-bookworm${kind}`,
    ...aliases.filter((alias) => alias.endsWith("-slim") === (kind === "-slim")),
  ];
  const rest = {
    is: "built",
    scripts: ["node-entrypoint.sh"],
    npm: [`node-linux-${arch}@${version}`, `npm@${npm}`, `corepack@${corepack}`, `yarn@${yarn}`],
  } as const;
  return [
    {
      ...rest,
      name: `node:${major}-slim`,
      aliases: tags("-slim"),
      dockerfile: contents("debian:12", version, apt("bookworm", ["libatomic1"])),
    },
    {
      ...rest,
      name: `node:${major}`,
      aliases: tags(""),
      dockerfile: contents("buildpack-deps:bookworm", version, apt("bookworm", ["libatomic1", "python3"])),
    },
  ];
}

function contents(base: string, version: string, packages: string): string {
  const from = (name: string) => `--mount=type=bind,source=${name}.tgz,target=/tmp/${name}.tgz`;
  return dockerfile(
    `FROM ${base}`,
    "RUN groupadd --gid 1000 node && useradd --uid 1000 --gid node --shell /bin/bash --create-home node",
    packages,
    `ENV NODE_VERSION=${version} YARN_VERSION=${yarn}`,
    `RUN ${from("node")} ${from("npm")} ${from("corepack")} ${from("yarn")} <<'RUN'
set -eu
tar -xzf /tmp/node.tgz -C /usr/local --strip-components=1 --no-same-owner package/bin package/include package/LICENSE
for name in npm corepack; do
  mkdir -p "/usr/local/lib/node_modules/$name"
  tar -xzf "/tmp/$name.tgz" -C "/usr/local/lib/node_modules/$name" --strip-components=1 --no-same-owner
done
mkdir -p /opt/yarn && tar -xzf /tmp/yarn.tgz -C /opt/yarn --strip-components=1 --no-same-owner
chmod +x /opt/yarn/bin/yarn /opt/yarn/bin/yarn.js
ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm
ln -s ../lib/node_modules/npm/bin/npx-cli.js /usr/local/bin/npx
ln -s ../lib/node_modules/corepack/dist/corepack.js /usr/local/bin/corepack
ln -s node /usr/local/bin/nodejs
ln -s /opt/yarn/bin/yarn /opt/yarn/bin/yarnpkg /usr/local/bin/
chmod +x /usr/local/lib/node_modules/npm/bin/*.js /usr/local/lib/node_modules/corepack/dist/*.js
RUN`,
    steps("node --version", "npm --version", "yarn --version", "rm -rf /root/.npm /tmp/*"),
    "COPY --chmod=755 node-entrypoint.sh /usr/local/bin/docker-entrypoint.sh",
    'ENTRYPOINT ["docker-entrypoint.sh"]\nCMD ["node"]',
  );
}
