import { type Fault, fault } from "../../process/index.ts";
import type { Link } from "../../server/index.ts";
import { megabytes } from "../words.ts";
import { type Folder, inFolder, lookAt } from "./folder.ts";

/** Says that a server is full, after it has let go of what had arrived. */
export async function roomFault(
  link: Link,
  folder: Folder,
  needs: number,
  signal: AbortSignal,
): Promise<Fault> {
  await link.run(inFolder(folder, "rm -f -- *"), { signal });
  const { free } = await lookAt(link, signal);
  return fault("server-full", [link.target.name, megabytes(needs), megabytes(free)]);
}
