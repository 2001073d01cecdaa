import type Docker from "dockerode";
import { readCron } from "../../profile/index.ts";
import { quote } from "../../server/index.ts";
import { nodeLabel, type Place, stackOf, stateFolder } from "../place.ts";
import { calendar } from "./calendar.ts";
import { createArgs } from "./createArgs.ts";
import { cronOf, scheduledName } from "./scheduled.ts";

/** Where the scripts of a place lie: what lies there is what has a timer. Root's alone, as all of the folder. */
export const timerFolder = (place: Place): string => `${stateFolder(place)}/schedule`;

export const unitName = (place: Place, process: string): string => `sistership-${stackOf(place)}-${process}`;

/** What makes a server start something by the clock: a script, and units of systemd that run it. */
export interface TimerFiles {
  process: string;
  unit: string;
  script: string;
  service: string;
  timer: string;
}

export function timerFiles(place: Place, spec: Docker.ServiceSpec): TimerFiles {
  const process = scheduledName(spec);
  const unit = unitName(place, process);
  const read = readCron(cronOf(spec) ?? "");
  const lines = read.ok ? calendar(read.times) : [];
  const about = `${process} of ${stackOf(place)}, by Sistership`;
  return {
    ...{ process, unit, script: scriptOf(place, spec) },
    service: `[Unit]
Description=Run ${about}
After=docker.service

[Service]
Type=oneshot
ExecStart=/bin/sh ${timerFolder(place)}/${process}.sh
`,
    timer: `[Unit]
Description=When to run ${about}

[Timer]
${lines.map((line) => `OnCalendar=${line}`).join("\n")}
AccuracySec=1s

[Install]
WantedBy=timers.target
`,
  };
}

/** Runs a job of the release that is live, unless one is at work, or this server is no longer of the stage. */
function scriptOf(place: Place, spec: Docker.ServiceSpec): string {
  const name = quote([spec.Name ?? ""]);
  const own = quote([`{{index .Spec.Labels "${nodeLabel(place)}"}}`]);
  return `# Written by Sistership; the next deploy writes it anew.
set -eu
[ "$(docker node inspect self --format ${own})" = 1 ] || exit 0
if docker service inspect ${name} > /dev/null 2>&1; then
  if docker service ps --format '{{.CurrentState}}' ${name} | grep -Eq '^(New|Pending|Assigned|Accepted|Preparing|Ready|Starting|Running)'; then
    echo 'The run before this one is still at work.'
    exit 0
  fi
  docker service rm ${name} > /dev/null
fi
exec docker ${quote(createArgs(spec))}
`;
}
