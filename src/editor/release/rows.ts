import type { Facts } from "../../engine/server/index.ts";
import { icons, type Row } from "../tree/row.ts";
import type { Looked, StageSeen } from "./stages.ts";
import { against } from "./stageText.ts";

type Other = Extract<Facts["swarm"], { role: "manager" }>["applications"][number];
type Replica = Looked["status"]["replicas"][number];

/** The applications of a server: those of the open projects with all that is known of them, then what else runs there. */
export function applicationRows(
  server: string,
  stages: readonly StageSeen[],
  others: readonly Other[],
): Row[] {
  const apps = [...new Set(stages.map(({ app }) => app))];
  const isOurs = ({ name, stage }: Other) => stages.some((one) => one.app === name && one.stage === stage);
  return [
    ...apps.map((app): Row => {
      const own = stages.filter((stage) => stage.app === app);
      return {
        id: `server/${server}/application/${app}`,
        label: app,
        description: own.length === 1 ? "1 stage" : `${own.length} stages`,
        icon: { id: "package" },
        spoken: `${app}, ${own.length === 1 ? "1 stage" : `${own.length} stages`}`,
        expanded: true,
        children: own.map((stage) => stageRow(server, stage)),
      };
    }),
    ...others.filter((other) => !isOurs(other)).map((other) => otherRow(server, other)),
  ];
}

function stageRow(server: string, at: StageSeen): Row {
  const { folder, app, stage, url, state } = at;
  const looked = state?.is === "known" ? state : state?.before;
  const said = sentence(state, looked);
  const id = `server/${server}/stage/${app}/${stage}`;
  const released = looked !== undefined && looked.status.releases.length > 0;
  return {
    // rows whose children come later would stay folded under the same id
    id: released ? id : `${id}?`,
    label: stage,
    description: said,
    tooltip: [
      `**${app}** on ${stage}`,
      url,
      state?.is === "trouble" ? state.says : undefined,
      looked && `${against(looked)}, asked at ${clock(looked.at)}`,
    ]
      .filter(Boolean)
      .join("\n\n"),
    icon: iconOf(state, looked),
    spoken: `${stage} of ${app}: ${said}`,
    facets: [
      "stage",
      ...(released ? (["released"] as const) : []),
      ...(looked?.status.stopped ? (["stopped"] as const) : []),
      ...(url === undefined ? [] : (["domain"] as const)),
    ],
    ...{ folder, stage },
    ...(released ? { expanded: true, children: processRows(id, server, at, looked) } : {}),
  };
}

function sentence(state: StageSeen["state"], looked: Looked | undefined): string {
  if (state === undefined) return "not looked at yet";
  const before = looked && summary(looked);
  if (state.is === "looking") return before === undefined ? "looking…" : `${before} · looking…`;
  if (state.is === "trouble")
    return [`unknown: ${state.says}`, before && `before: ${before}`].filter(Boolean).join(" · ");
  return before ?? "";
}

/** "release 12 · 3 well · same image · 22:31" */
function summary({ status, at }: Looked): string {
  const { releases, replicas, short, lock, stopped } = status;
  const well = replicas.filter(isWell).length;
  const missing = short.reduce((sum, { has, wants }) => sum + wants - has, 0);
  return [
    lock && `${lock.owner} is at it: ${lock.doing}`,
    releases.length === 0 ? "nothing runs" : `release ${releases.join(" and ")}`,
    stopped && "stopped",
    replicas.length > 0 && (missing > 0 ? `${well} of ${well + missing} well` : `${well} well`),
    imageSays(replicas),
    clock(at),
  ]
    .filter(Boolean)
    .join(" · ");
}

const isWell = ({ state }: Replica): boolean => state === "running";

/** Whether the images that run are those that were built and shipped; nothing where nobody could see. */
function imageSays(replicas: readonly Replica[]): string | undefined {
  const known = replicas.filter(({ same }) => same !== undefined);
  if (known.length === 0) return undefined;
  return known.every(({ same }) => same) ? "same image" : "another image than was released";
}

function iconOf(state: StageSeen["state"], looked: Looked | undefined): NonNullable<Row["icon"]> {
  if (state?.is === "looking") return icons.busy;
  // what was true before is not known now: unknown is grey
  if (state === undefined || state.is === "trouble" || looked === undefined) return icons.unknown;
  const { releases, replicas, short, lock, stopped } = looked.status;
  if (lock) return icons.busy;
  if (releases.length === 0 || stopped) return icons.unknown;
  if (short.some(({ has }) => has === 0) || replicas.some(({ same }) => same === false)) return icons.bad;
  return short.length > 0 || releases.length > 1 ? icons.found : icons.good;
}

function processRows(
  parent: string,
  server: string,
  { folder, stage, servers }: StageSeen,
  { status: { replicas, short } }: Looked,
): Row[] {
  const names = [...new Set([...replicas, ...short].map(({ process }) => process))].sort();
  return names.map((name): Row => {
    const own = replicas.filter(({ process }) => process === name);
    const here = own.filter((one) => one.server === server);
    const well = own.filter(isWell).length;
    const wants = short.find(({ process }) => process === name)?.wants ?? well;
    const said = [`${well} of ${wants} well`, servers.length > 1 && `${here.length} here`]
      .filter(Boolean)
      .join(", ");
    return {
      id: `${parent}/${name}`,
      label: name,
      description: said,
      icon: well === 0 && wants > 0 ? icons.bad : well < wants ? icons.found : icons.good,
      spoken: `${name}: ${said}`,
      facets: ["deployed"],
      subject: name,
      ...{ folder, stage },
      children: here.map((replica, index) => replicaRow(`${parent}/${name}/${index}`, index, replica)),
    };
  });
}

function replicaRow(id: string, index: number, { state, says, image, same, current }: Replica): Row {
  const proof = image && `${shortDigest(image)} ${same ? "as released" : "not what was released"}`;
  const said = [state, says?.replace(/\.$/, ""), proof, current ? undefined : "of the version before"]
    .filter(Boolean)
    .join(" · ");
  return {
    id,
    label: `replica ${index + 1}`,
    description: said,
    ...(image ? { tooltip: `Image \`${image}\`, read on its server` } : {}),
    icon: same === false ? icons.bad : state === "running" ? icons.good : icons.busy,
    spoken: `replica ${index + 1}: ${said}`,
  };
}

function otherRow(server: string, { name, stage, release, services }: Other): Row {
  const count = `${services.length} ${services.length === 1 ? "service" : "services"}`;
  return {
    id: `server/${server}/application/${name}/${stage}`,
    label: name,
    description: [stage, release && `release ${release}`, count].filter(Boolean).join(" · "),
    icon: { id: "package" },
    spoken: `${name}, ${stage}`,
    children: services.map((service) => ({
      id: `server/${server}/service/${service}`,
      label: service,
      icon: { id: "symbol-method" },
    })),
  };
}

const shortDigest = (digest: string): string => digest.replace(/^sha256:/, "").slice(0, 12);

const clock = (at: Date): string => at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
