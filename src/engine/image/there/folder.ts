import type { Link, Remote } from "../../server/index.ts";
import { type DiffId, hexOf } from "../digest.ts";
import { type Effort, efforts } from "../packing.ts";

/** The place on a server where layers arrive, and who may use the engine there. */
export interface Folder {
  path: string;
  root?: true;
  /** Bytes that have arrived, by the name of what they are of. */
  files: ReadonlyMap<string, number>;
  /** Bytes that are free: for what arrives, and for what the engine makes of it. */
  free: number;
}

/** What a layer is called there: packed in another way, it is made of other bytes. */
export const arrivalName = (layer: DiffId, effort: Effort) => `${hexOf(layer)}.${effort}`;

/** How those layers were packed that have begun to arrive. */
export function effortOf({ files }: Folder, layers: readonly DiffId[]): Effort | undefined {
  return efforts.find((effort) =>
    layers.some((layer) => {
      const name = arrivalName(layer, effort);
      return files.has(name) || files.has(`${name}.part`);
    }),
  );
}

// What arrived and was never asked for again goes after a week.
const look = `
if [ "$(id -u)" = 0 ]; then d=/var/lib/sistership/arriving
elif [ -w /var/run/docker.sock ]; then d=\${XDG_CACHE_HOME:-$HOME/.cache}/sistership/arriving
else echo denied; exit 0; fi
umask 077; mkdir -p "$d" && cd "$d" || exit 1
find . -maxdepth 1 -type f -mtime +7 -delete
echo "at $d"
for f in *; do [ -f "$f" ] && echo "file $(stat -c %s "$f") $f"; done
for p in . /var/lib/docker /var/lib/containerd; do [ -e "$p" ] && df -Pk "$p" | awk 'NR==2 { print "free", $4 }'; done
:
`;

export async function lookAt(link: Link, signal: AbortSignal): Promise<Folder> {
  const ask = (root?: true) =>
    link.run({ program: "sh", input: look, ...(root ? { root } : {}) } satisfies Remote, { signal });
  const first = (await ask()).stdout;
  const root = first.startsWith("denied") ? true : undefined;
  const lines = (root ? (await ask(root)).stdout : first).split("\n");
  const of = (word: string) =>
    lines.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1));
  return {
    path: of("at")[0] ?? "",
    ...(root ? { root } : {}),
    files: new Map(
      of("file").map((line) => {
        const space = line.indexOf(" ");
        return [line.slice(space + 1), Number(line.slice(0, space))];
      }),
    ),
    free: Math.min(...of("free").map((kilobytes) => Number(kilobytes) * 1024)),
  };
}

/** A script with arguments, run where layers arrive. */
export function inFolder({ path, root }: Folder, script: string, ...args: string[]): Remote {
  const program = `umask 077; cd "$1" && shift && { ${script}\n}`;
  return { program: "sh", args: ["-c", program, "sh", path, ...args], ...(root ? { root } : {}) };
}
