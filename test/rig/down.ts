// npm run rig:down: stops all that the rig started and removes what tests left in Docker; the cache stays.
import { stopEngine } from "./docker/engine.ts";
import { sweep } from "./docker/sweep.ts";

const removed = await sweep();
const stopped = await stopEngine();
console.log(
  `${removed.length} left-over containers, networks, volumes and images removed; ${stopped ? "the rig's Docker engine is stopped" : "no Docker engine of the rig was running"}.`,
);
