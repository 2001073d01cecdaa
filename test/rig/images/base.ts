import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../../../src/engine/process/index.ts";
import { readSources, sourcesFor } from "../docker/apt.ts";
import type { Engine } from "../docker/engine.ts";
import { installOnHost } from "../docker/install.ts";
import { readSystem } from "../docker/system.ts";
import { authorities } from "./authorities.ts";
import type { Suite } from "./definition.ts";

const bundle = "/etc/ssl/certs/ca-certificates.crt";

/** As in the official slim images: no manuals, no translations, and no waiting for the disk after each file. */
const dpkgSettings = [
  "force-unsafe-io",
  ...["doc", "groff", "info", "linda", "lintian", "locale", "man"].map(
    (name) => `path-exclude=/usr/share/${name}/*`,
  ),
  "path-include=/usr/share/doc/*/copyright",
];

/** What apt downloads is not kept in images. */
const aptSettings = [
  'DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb /var/cache/apt/archives/partial/*.deb /var/cache/apt/*.bin || true"; };',
  'Dir::Cache::pkgcache "";',
  'Dir::Cache::srcpkgcache "";',
  'Acquire::Languages "none";',
  'Apt::AutoRemove::SuggestsImportant "false";',
];

interface Made {
  tags: readonly string[];
  label: string;
  /** Somewhere to work in, thrown away afterwards. */
  folder: string;
}

/** A Debian from its packages, as small as it gets, that trusts what this machine trusts. */
export async function makeBase(
  suite: Suite,
  { tags, label, folder }: Made,
  docker: Engine,
  signal: AbortSignal | undefined,
): Promise<void> {
  const [first, ...aliases] = tags;
  if (first === undefined) return;
  await installOnHost([["/usr/bin/mmdebstrap", "mmdebstrap"]], signal);
  const options = signal ? { signal } : {};
  const own = authorities();
  const sources = sourcesFor(suite, readSystem().codename, readSources());
  const tree = join(folder, "extra");
  mkdirSync(tree, { recursive: true });
  for (const { name, text } of sources) writeFileSync(join(folder, name), text);
  writeFileSync(join(tree, "docker-clean"), `${[...aptSettings, ...(await mirrorSettings())].join("\n")}\n`);
  own.forEach((certificate, at) => {
    writeFileSync(join(tree, `machine-${at}.crt`), certificate);
  });
  const archive = join(folder, "root.tar");
  await run(
    {
      program: "mmdebstrap",
      args: [
        ...["--quiet", "--variant=minbase", "--format=tar"],
        ...dpkgSettings.map((setting) => `--dpkgopt=${setting}`),
        ...(own.length > 0 ? ["--include=ca-certificates"] : []),
        ...own.map(
          (_, at) =>
            `--customize-hook=copy-in ${join(tree, `machine-${at}.crt`)} /usr/local/share/ca-certificates`,
        ),
        ...(own.length > 0 ? ['--customize-hook=chroot "$1" update-ca-certificates'] : []),
        `--customize-hook=copy-in ${join(tree, "docker-clean")} /etc/apt/apt.conf.d`,
        '--customize-hook=rm -rf "$1"/var/log/* "$1"/var/cache/debconf/*-old "$1"/var/cache/apt/* "$1"/var/lib/apt/lists/* "$1"/etc/hostname "$1"/etc/resolv.conf',
        suite,
        archive,
        ...sources.map(({ name }) => join(folder, name)),
      ],
    },
    options,
  );
  const settings = [
    `LABEL ${label}`,
    'CMD ["bash"]',
    ...(own.length === 0
      ? []
      : ["NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "PIP_CERT", "REQUESTS_CA_BUNDLE"].map(
          (name) => `ENV ${name}=${bundle}`,
        )),
    // A package mirror behind such an authority hands on no signatures, which Corepack would insist on.
    ...(own.length === 0 ? [] : ["ENV COREPACK_INTEGRITY_KEYS=0"]),
  ];
  const changes = settings.flatMap((setting) => ["--change", setting]);
  await run({ program: "docker", args: ["import", ...changes, archive, first], env: docker.env }, options);
  for (const alias of aliases) {
    await run({ program: "docker", args: ["tag", first, alias], env: docker.env }, options);
  }
}

/** What a base is made by: a change of it makes the bases anew. */
export function baseRecipe(): string {
  return readFileSync(import.meta.filename, "utf8");
}

/** What this machine had to tell its apt about its mirror: one that stands still has lists that expire. */
async function mirrorSettings(): Promise<string[]> {
  const { stdout } = await run({ program: "apt-config", args: ["dump"] });
  return stdout.split("\n").filter((line) => /^Acquire::Check-(Valid-Until|Date) /.test(line));
}
