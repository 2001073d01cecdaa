import { type Fault, fault, toFault } from "../../process/index.ts";
import type { Link, Pool, Remote, Target } from "../link.ts";
import type { FirewallChange } from "./firewall.ts";
import { put } from "./systems.ts";

const folder = "/var/lib/sistership/undo";
const unit = "sistership-undo";
/** How long the server waits for us before it puts everything back by itself. */
const patienceSeconds = 180;
const connectMs = 20_000;

interface Ground {
  pool: Pool;
  target: Target;
  /** The connection in use: it stays open until a second one has succeeded. */
  link: Link;
  signal: AbortSignal;
  run(remote: Remote): Promise<void>;
}

/**
 * Puts rules in force that may shut out whoever brings them. The server is told first to put everything back after a
 * while; only when a second, new connection has come about under the new rules is that called off. However this ends,
 * be it that we or the line are gone, there is a way in.
 */
export async function guarded({ rules, files, tool, on }: FirewallChange, ground: Ground): Promise<void> {
  const { pool, target, link, signal, run } = ground;
  await putBack(run); // what an interrupted try may have left armed
  await run({ program: "install", args: ["-d", "-m", "0700", folder], root: true });
  await run({
    program: "tar",
    args: ["-C", "/", "-cf", `${folder}/before.tar`, ...files.map((file) => file.slice(1))],
    root: true,
  });
  await run(put(`${folder}/undo.sh`, undo(tool, on), "0700"));
  try {
    await run(script(arm));
    for (const rule of rules) await run(rule);
    const limit = AbortSignal.any([signal, AbortSignal.timeout(connectMs)]);
    await using second = await pool.anew(target, limit);
    await second.run({ program: "true", root: true }, { signal: limit });
    // By the new way in: if it does not hold, the server puts everything back.
    await second.run(script(disarm), { signal });
  } catch (thrown) {
    throw await retreat(link, thrown, signal);
  }
}

/** Puts everything back by the connection that is still open; where that is gone too, the server does it by itself. */
async function retreat(link: Link, thrown: unknown, signal: AbortSignal): Promise<Fault> {
  const cause = toFault(thrown);
  const detail = { cause, lastLines: [cause.says] };
  try {
    const { stdout } = await link.run(script(back), { signal: AbortSignal.timeout(30_000) });
    // The rules stay where they had been found to let us in, and only that news was lost.
    const wasArmed = stdout.split("\n").includes("back");
    if (!wasArmed || signal.aborted || cause.code === "set-up-failed") return cause;
  } catch {
    const after = `it puts its old ones back by itself within ${patienceSeconds} s`;
    return fault("would-lock-out", [link.target.name, after], detail);
  }
  return fault("would-lock-out", [link.target.name, "its old ones are back"], detail);
}

function putBack(run: Ground["run"]): Promise<void> {
  return run(script(back));
}

function script(text: string): Remote {
  return { program: "sh", args: ["-s"], input: text, root: true };
}

const arm = `
set -e
: >${folder}/armed
systemd-run --quiet --collect --unit=${unit} --on-active=${patienceSeconds} --timer-property=AccuracySec=1s /bin/sh ${folder}/undo.sh
`;

const disarm = `
set -e
rm ${folder}/armed
systemctl stop ${unit}.timer
rm -r ${folder}
`;

const back = `
if [ -e ${folder}/armed ]; then sh ${folder}/undo.sh && echo back; fi
systemctl stop ${unit}.timer 2>/dev/null
rm -rf ${folder}
`;

/** What the server keeps at hand: the firewall as it was found, on or off. */
function undo(tool: FirewallChange["tool"], on: boolean): string {
  const [off, start] =
    tool === "ufw"
      ? ["ufw --force disable", "ufw --force enable"]
      : ["systemctl disable --now firewalld", "systemctl enable --now firewalld && firewall-cmd --reload"];
  return `[ -e ${folder}/armed ] || exit 0\n${off}\ntar -C / -xf ${folder}/before.tar\n${on ? `${start}\n` : ""}rm -rf ${folder}\n`;
}
