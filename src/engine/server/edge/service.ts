import { template } from "../../blueprint/index.ts";
import { labelsOfOurs } from "../facts/index.ts";
import type { Remote } from "../link.ts";

export const edgeImage = "caddy:2";
export const edgeService = "sistership-edge";
export const edgeNetwork = "sistership";
/** Changes when the service below has to be made anew. */
export const edgeVersion = "2";

const host = "/var/lib/sistership/edge";
export const edgeFolders = ["/var/lib/sistership", host, `${host}/run`];
export const edgeInitialFile = `${host}/initial.json`;

/** What keeps a Caddy going, and lets one take over from another; what it says of itself is for who reads its source. */
const keeper = template("server/edge.sh").replaceAll(/^ *#.*\n/gm, "");

/** One task a server, on the server's own ports, so that the addresses of clients stay what they are. */
export function createEdge(): Remote {
  const publish = (port: number, protocol: string) => [
    "--publish",
    `mode=host,target=${port},published=${port},protocol=${protocol}`,
  ];
  const mounts = [
    `type=bind,source=${edgeInitialFile},target=/etc/sistership/initial.json,readonly`,
    `type=bind,source=${host}/run,target=/run/sistership`,
    "type=volume,source=sistership-edge-data,target=/data",
    "type=volume,source=sistership-edge-config,target=/config",
  ];
  return {
    program: "docker",
    args: [
      ...["service", "create", "--detach", "--quiet", "--name", edgeService, "--mode", "global"],
      ...["--label", `${labelsOfOurs.edge}=${edgeVersion}`, "--network", edgeNetwork],
      ...["--endpoint-mode", "dnsrr"],
      ...[...publish(80, "tcp"), ...publish(443, "tcp"), ...publish(443, "udp")],
      ...mounts.flatMap((mount) => ["--mount", mount]),
      // Each server has the image already, if need be sent by us: no registry is asked for it.
      ...["--no-resolve-image", "--stop-grace-period", "30s", edgeImage, "sh", "-c", keeper],
    ],
    root: true,
  };
}

/** Makes an edge of an older version what it is today, server by server. */
export function remakeEdge(): Remote {
  const args = `sh -c '${keeper.replaceAll("'", "'\\''")}'`;
  return {
    program: "docker",
    args: [
      ...["service", "update", "--quiet", "--no-resolve-image", "--args", args],
      ...["--label-add", `${labelsOfOurs.edge}=${edgeVersion}`, edgeService],
    ],
    root: true,
  };
}

/** What becomes of it on each server, newest first. */
export const edgeTasks: Remote = {
  program: "docker",
  args: ["service", "ps", "--no-trunc", "--format", "{{.CurrentState}}: {{.Error}}", edgeService],
  root: true,
};
