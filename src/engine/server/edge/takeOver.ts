import { fault, type Output } from "../../process/index.ts";
import type { Link } from "../link.ts";
import { type EdgeContainer, edgeOf, reasonIn } from "./inside.ts";
import { steer } from "./listeners.ts";
import { edgeFolders, edgeImage } from "./service.ts";

interface Taken {
  /** The version that ran. */
  before: string;
  /** The one that runs now; undefined where another was not needed. */
  after?: string;
  /** Why the new one did not take over; the one before goes on. */
  reason?: string;
}

/** Has the Caddy of the image that is on the server take over at its edge. One of the same version does only if `always`. */
export async function takeOver(link: Link, always: boolean, signal: AbortSignal): Promise<Taken> {
  const edge = await edgeOf(link, signal);
  if ((await edge.inside(["test", "-f", "/run/sistership/turn"])).code !== 0)
    throw fault("edge-old", [link.target.name]);
  const laid = await lay(edge);
  if (laid.code !== 0) return { before: "", reason: laid.stderr.split("\n")[0] ?? "it could not be copied" };
  await steer(edge);
  const done = await edge.inside(["sh", "-c", script, "sh", always ? "always" : "newer"]);
  const [before = "", after = ""] = done.stdout.split("\n");
  if (done.code === 0) return after === "" ? { before } : { before, after };
  return { before, reason: reasonIn(done.stderr) };
}

/** Lays the program of the image where the edge finds it: a container's own image does not change while it runs. */
async function lay({ docker }: EdgeContainer): Promise<Output> {
  return await docker([
    ...["run", "--rm", "--pull", "never", "--network", "none", "--cap-drop", "ALL"],
    ...["--volume", `${edgeFolders.at(-1)}:/edge`, "--entrypoint", "sh", edgeImage],
    ...["-c", 'mkdir -p -m 0700 /edge/bin && cp "$(command -v caddy)" /edge/bin/caddy.new'],
  ]);
}

/** Prints the versions before and after. What did not take over is put away again. */
const script = `
cd /run/sistership && exec 8> renewing || exit 1
flock -n 8 || { echo 'Error: somebody else renews it just now' >&2; exit 1; }
now=bin/caddy
[ -x "$now" ] || now=caddy
was=$($now version) && is=$(bin/caddy.new version) || {
  rm bin/caddy.new
  echo 'Error: it does not run here' >&2
  exit 1
}
echo "\${was%% *}"
[ "$1" = always ] || [ "$was" != "$is" ] || { rm bin/caddy.new; exit 0; }
[ ! -e bin/caddy ] || mv bin/caddy bin/caddy.before
mv bin/caddy.new bin/caddy
rm -f said
kill -HUP 1
tries=0
until [ -f said ] || [ "$tries" = 900 ]; do sleep 0.1; tries=$((tries + 1)); done
if [ "$(tail -n 1 said)" = taken ]; then
  rm -f bin/caddy.before
  echo "\${is%% *}"
else
  rm -f bin/caddy
  [ ! -e bin/caddy.before ] || mv bin/caddy.before bin/caddy
  grep -vx refused said >&2
  exit 1
fi`;
