import { Fault, fault, format, run, type Task } from "../process/index.ts";
import { inSession, type Session } from "./session.ts";
import { together } from "./together.ts";
import { explain } from "./trouble.ts";

/** Fetches the images of services that are not on this machine. */
export async function fetchImages(session: Session, names: readonly string[], task: Task): Promise<void> {
  await together(
    task,
    names.map((name) => (task) => {
      const command = inSession(session, "pull", "--policy", "missing", name);
      const image = session.profile.services[name]?.image ?? name;
      const plan = {
        id: `fetch/${name}`,
        title: `Fetch ${image}`,
        why: "It is not on this machine yet.",
        command: format(command),
      };
      return task.step(plan, async (step) => {
        try {
          await run(command, { signal: task.signal, onLine: (line) => step.line(line) });
        } catch (thrown) {
          const known = explain(thrown, (reason) => fault("image-unavailable", [image, reason]));
          throw named(image, known);
        }
      });
    }),
  );
}

/** The same fault, of that very image. */
function named(image: string, known: unknown): unknown {
  if (!(known instanceof Fault)) return known;
  const detail = { cause: known, lastLines: known.lastLines };
  if (known.code === "image-login") return fault("image-login", [image, registryOf(image)], detail);
  if (known.code !== "image-unavailable") return known;
  return fault("image-unavailable", [image, reasonOf(known)], detail);
}

/** Docker's own registry goes without a name. */
function registryOf(image: string): string {
  const [first = "", ...rest] = image.split("/");
  return rest.length > 0 && /[.:]|^localhost$/.test(first) ? first : "";
}

/** "The image X could not be fetched: REASON. Check…" → REASON */
function reasonOf({ says }: Fault): string {
  return /could not be fetched: (.*?)\. Check its name/.exec(says)?.[1] ?? says;
}
