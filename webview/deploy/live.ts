import { el, heading, mark } from "../dom.ts";
import type { DeployState, RollingReplica, Traffic } from "../protocol.ts";

const states = {
  coming: ["◐", "busy", "starting"],
  well: ["✓", "good", "well"],
  going: ["◌", "dim", "stopping"],
  failed: ["✗", "bad", "failed"],
} as const;

/** What a roll looks like: the replicas of both versions, side by side. */
export function drawReplicas(replicas: readonly RollingReplica[]): HTMLElement[] {
  if (replicas.length === 0) return [];
  const sorted = [...replicas].sort((a, b) => order(a).localeCompare(order(b)) || (a.id < b.id ? -1 : 1));
  const table = el(
    "table",
    "replicas",
    el("thead", "", el("tr", "", ...["Process", "Server", "Version", "State"].map((name) => head(name)))),
    el(
      "tbody",
      "",
      ...sorted.map(({ process, server, version, state, says }) => {
        const [sign, className, word] = states[state];
        return el(
          "tr",
          state,
          el("td", "", process),
          el("td", "", server),
          el("td", "", el("span", `version ${version}`, version)),
          el("td", "", mark(sign, className, word), says),
        );
      }),
    ),
  );
  table.setAttribute("aria-label", "Replicas");
  return [heading("Replicas", tally(replicas)), table];
}

const order = ({ process, version, server }: RollingReplica): string =>
  [process, version === "old" ? "0" : "1", server].join("\n");

function tally(replicas: readonly RollingReplica[]): string {
  const count = (version: "old" | "new", ...of: RollingReplica["state"][]) =>
    replicas.filter((one) => one.version === version && of.includes(one.state)).length;
  const fresh = count("new", "coming", "well", "going");
  return [
    fresh > 0 && `${count("new", "well")} of ${fresh} new ones well`,
    count("new", "failed") > 0 && `${count("new", "failed")} failed`,
    count("old", "well") > 0 && `${count("old", "well")} of the version before serve`,
  ]
    .filter(Boolean)
    .join(", ");
}

function head(name: string): HTMLElement {
  const cell = el("th", "", name);
  cell.setAttribute("scope", "col");
  return cell;
}

/** Requests at the edge while versions change places: nobody should notice. */
export function drawTraffic(traffic: readonly Traffic[]): HTMLElement[] {
  const now = traffic.at(-1);
  if (now === undefined) return [];
  const number = (value: number) => value.toFixed(value > 0 && value < 10 ? 1 : 0);
  const errors = traffic.some(({ errorsPerSecond }) => errorsPerSecond > 0);
  return [
    heading("At the edge"),
    el(
      "p",
      "traffic",
      spark(traffic),
      el("b", "", number(now.perSecond)),
      " requests a second, ",
      el("b", errors ? "bad" : "", number(now.errorsPerSecond)),
      ` errors a second${errors && now.errorsPerSecond === 0 ? "; there were some before" : ""}`,
    ),
  ];
}

function spark(traffic: readonly Traffic[]): SVGElement {
  const space = "http://www.w3.org/2000/svg";
  const [width, height] = [160, 28];
  const most = Math.max(1, ...traffic.map(({ perSecond }) => perSecond));
  const line = (value: (one: Traffic) => number, className: string) => {
    const drawn = document.createElementNS(space, "polyline");
    const step = width / Math.max(1, traffic.length - 1);
    const points = traffic.map(
      (one, at) => `${at * step},${height - 1 - (value(one) / most) * (height - 2)}`,
    );
    drawn.setAttribute("points", points.join(" "));
    drawn.setAttribute("class", className);
    return drawn;
  };
  const picture = document.createElementNS(space, "svg");
  picture.setAttribute("viewBox", `0 0 ${width} ${height}`);
  picture.setAttribute("class", "spark");
  picture.setAttribute("aria-hidden", "true"); // the words beside it say the same
  picture.append(line(({ perSecond }) => perSecond, "requests"));
  if (traffic.some(({ errorsPerSecond }) => errorsPerSecond > 0))
    picture.append(line(({ errorsPerSecond }) => errorsPerSecond, "errors"));
  return picture;
}

/** What the new version prints. */
export function drawLines({ lines, phase }: Pick<DeployState, "lines" | "phase">): HTMLElement[] {
  const failed = phase.is === "failed" ? phase.lines : [];
  if (failed.length > 0) return [heading("Its last lines"), printed("Its last lines", failed)];
  if (lines.length === 0) return [];
  return [
    heading("What the new version prints"),
    printed(
      "What the new version prints",
      lines.map(({ process, server, text }) => `${process} on ${server} │ ${text}`),
    ),
  ];
}

function printed(label: string, lines: readonly string[]): HTMLElement {
  // colours of terminals are left out: the log view shows them
  const plain = lines.map((line) =>
    line.replaceAll(new RegExp(`${String.fromCharCode(27)}\\[[\\d;]*m`, "g"), ""),
  );
  const box = el("pre", "lines code", plain.join("\n"));
  box.tabIndex = 0;
  box.setAttribute("role", "region");
  box.setAttribute("aria-label", label);
  queueMicrotask(() => box.scrollTo({ top: box.scrollHeight }));
  return box;
}
