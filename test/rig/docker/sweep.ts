import { ask, get, remove } from "./api.ts";
import { daemonOfRig } from "./daemon.ts";
import { findEngine } from "./facts.ts";
import { rigLabel, runLabel } from "./labels.ts";

/** Removes from Docker everything that tests made and a killed run left. Returns what was removed. */
export async function sweep(): Promise<string[]> {
  return sweepLabelled(rigLabel);
}

/** The same for one run's things alone. */
export async function sweepRun(run: string): Promise<string[]> {
  return sweepLabelled(runLabel(run));
}

/** What can be removed, in the order in which it can be: a container holds its network, volumes and image. */
const kinds = [
  { list: "/containers/json?all=1&", key: "Id", path: (id: string) => `/containers/${id}?force=1&v=1` },
  { list: "/networks?", key: "Id", path: (id: string) => `/networks/${id}` },
  { list: "/volumes?", key: "Name", path: (id: string) => `/volumes/${encodeURIComponent(id)}?force=1` },
  { list: "/images/json?all=0&", key: "Id", path: (id: string) => `/images/${id}?force=1` },
] as const;

async function sweepLabelled(label: string): Promise<string[]> {
  const socket = await answeringSocket();
  if (socket === undefined) return []; // no engine, nothing in it
  const removed: string[] = [];
  const left: string[] = [];
  for (const kind of kinds) {
    const ids = await list(socket, kind.list, kind.key, label);
    await Promise.all(
      ids.map(async (id) => {
        const { status, body } = await remove(socket, kind.path(id));
        const gone = status < 300 || status === 404 || (status === 409 && /already in progress/.test(body));
        if (gone) removed.push(id);
        else left.push(`${kind.path(id)}: ${body.trim()}`);
      }),
    );
  }
  if (left.length > 0) throw new Error(`Docker would not remove what tests left:\n  ${left.join("\n  ")}`);
  return removed;
}

async function list(socket: string, path: string, key: "Id" | "Name", label: string): Promise<string[]> {
  const filters = encodeURIComponent(JSON.stringify({ label: [label] }));
  const { status, body } = await get(socket, `${path}filters=${filters}`);
  if (status !== 200) throw new Error(`Docker at ${socket} did not say what is there: ${body.trim()}`);
  const said: Record<string, unknown> | Record<string, unknown>[] = JSON.parse(body);
  // Volumes come wrapped in an object of their own.
  const items = Array.isArray(said) ? said : Array.isArray(said.Volumes) ? said.Volumes : [];
  return items.map((item) => item[key]).filter((id) => typeof id === "string");
}

async function answeringSocket(): Promise<string | undefined> {
  const own = daemonOfRig().socket;
  if (own !== "" && (await ask(own)).is === "answering") return own;
  const { engine } = await findEngine(process.env);
  return engine.is === "answering" ? engine.socket : undefined;
}
