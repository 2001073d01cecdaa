import { apt, type Definition, dockerfile, runWithApt, type Suite } from "../definition.ts";

export const python: readonly Definition[] = [
  ...release("3.11", "bookworm", "12", ["setuptools", "wheel"], []),
  ...release("3.13", "trixie", "13", [], ["python:3"]),
];

function release(
  version: string,
  suite: Suite,
  debian: string,
  alongside: readonly string[],
  aliases: readonly string[],
): Definition[] {
  return [
    {
      is: "built",
      name: `python:${version}-slim`,
      aliases: [`python:${version}-slim-${suite}`, ...aliases.map((alias) => `${alias}-slim`)],
      dockerfile: contents(`debian:${debian}`, version, suite, [], alongside),
    },
    {
      is: "built",
      name: `python:${version}`,
      aliases: [`python:${version}-${suite}`, ...aliases],
      dockerfile: contents(`buildpack-deps:${suite}`, version, suite, ["python3-dev"], alongside),
    },
  ];
}

function contents(
  base: string,
  version: string,
  suite: Suite,
  more: readonly string[],
  alongside: readonly string[],
): string {
  return dockerfile(
    `FROM ${base}`,
    "ENV LANG=C.UTF-8",
    apt(suite, ["python3", "python3-venv", "ca-certificates", "netbase", "tzdata", ...more]),
    // Debian's own rules, a folder of other name and pip kept off the system, are not those of the official image.
    runWithApt(suite, [
      `mkdir -p /usr/local/lib/python${version}/site-packages`,
      `rm -rf /usr/local/lib/python${version}/dist-packages`,
      `ln -s site-packages /usr/local/lib/python${version}/dist-packages`,
      `rm -f /usr/lib/python${version}/EXTERNALLY-MANAGED`,
      "$apt install --no-install-recommends python3-pip",
      `python3 -m pip install --root-user-action=ignore --no-cache-dir --ignore-installed ${["pip", ...alongside].join(" ")}`,
      "$apt purge --auto-remove python3-pip",
      `for name in python python3 python${version}; do ln -sf /usr/bin/python${version} /usr/local/bin/$name; done`,
      "find / -xdev -name __pycache__ -prune -exec rm -rf {} +",
      "pip --version",
    ]),
    'CMD ["python3"]',
  );
}
