import {
  createEdge,
  edgeImage,
  edgeNetwork,
  edgeService,
  edgeTasks,
  edgeVersion,
  remakeEdge,
} from "../edge/service.ts";
import { type Facts, labelsOfOurs } from "../facts/index.ts";
import type { Remote } from "../link.ts";
import { addressPool } from "./addresses.ts";
import { already, byHand, type Described, needed, type Operation, run, type Wishes } from "./operation.ts";

export function swarmOperation(
  server: string,
  { swarm, networks, addresses }: Facts,
  address: string | undefined,
): Operation {
  const described: Described = {
    id: "swarm",
    title: "Make it a group of one",
    why: "Docker Swarm replaces containers one by one, waits until the new ones are healthy and goes back by itself; more servers may join later.",
  };
  const pool = addressPool([...networks, ...addresses.map((one) => one.address)]);
  const remotes: Remote[] = [
    {
      program: "docker",
      args: [
        ...["swarm", "init", ...(address === undefined ? [] : ["--advertise-addr", address])],
        // Swarm's own default would take addresses that providers use for private networks.
        ...["--default-addr-pool", pool, "--default-addr-pool-mask-length", "24"],
      ],
      root: true,
    },
  ];
  const command = `${byHand(remotes)}\ndocker node update --label-add ${labelsOfOurs.server}=${server} "$(docker info --format '{{.Swarm.NodeID}}')"`;
  if (swarm.role === "none" || swarm.role === "unknown")
    return { ...described, command, state: { needed: true, action: { kind: "swarm", remotes, server } } };
  if (swarm.role !== "manager") return already(described, "it is a worker of a group already", remotes);
  const named = swarm.members.find(({ id }) => id === swarm.node)?.server !== undefined;
  if (!named)
    return { ...described, command, state: { needed: true, action: { kind: "swarm", remotes: [], server } } };
  const size = swarm.members.length;
  return already(described, size > 1 ? `it is one of ${size} already` : "it is one already", remotes);
}

export function networkOperation({ swarm }: Facts, { encrypted }: Wishes): Operation {
  const described: Described = {
    id: "network",
    title: "Make the network that sites and the edge share",
    why: `The edge finds the containers of a site by name, on whichever server they run.${encrypted ? " What goes between servers is encrypted." : ""}`,
  };
  const remotes: Remote[] = [
    {
      program: "docker",
      args: [
        ...["network", "create", "--driver", "overlay", "--attachable"],
        ...[
          "--label",
          `${labelsOfOurs.network}=1`,
          ...(encrypted ? ["--opt", "encrypted"] : []),
          edgeNetwork,
        ],
      ],
      root: true,
    },
  ];
  if (swarm.role === "worker") return already(described, "its group has it", remotes);
  if (swarm.role !== "manager" || swarm.network === undefined) return run(described, remotes);
  const differs = encrypted && !swarm.network.encrypted;
  return already(
    described,
    differs ? "it is there, not encrypted; it would have to be made anew" : "it is there",
    remotes,
  );
}

export function imageOperation({ docker, architecture }: Facts): Operation {
  const described: Described = {
    id: "image",
    title: `Bring ${edgeImage}`,
    why: "The edge proxy is Caddy. A server that can fetch its image does so; to one that cannot, it is sent from here.",
  };
  const remotes: Remote[] = [{ program: "docker", args: ["pull", edgeImage], root: true }];
  if (docker.state === "running" && docker.hasEdgeImage) return already(described, "it is there", remotes);
  return needed(described, { kind: "image", image: edgeImage, architecture }, remotes);
}

export function edgeOperation({ swarm, docker }: Facts): Operation {
  const described: Described = {
    id: "edge",
    title: "Start the edge proxy",
    why: "One Caddy on each server takes what comes in at 80 and 443 and hands it to the site of that name; a name that no site has gets a 404 of its own.",
  };
  const remotes = [createEdge()];
  if (swarm.role === "worker") return already(described, "its group runs it on every server", remotes);
  if (swarm.role !== "manager" || !swarm.edge) return needed(described, { kind: "edge", remotes }, remotes);
  if (swarm.edge.version !== edgeVersion) {
    const why = `${described.why} The one that runs is of an older kind, which cannot be upgraded without cutting visitors off: this once they are, for some seconds on each server.`;
    const remake = [remakeEdge()];
    return needed(
      { ...described, title: "Renew the edge proxy", why },
      { kind: "edge", remotes: remake },
      remake,
    );
  }
  const here = docker.state === "running" && docker.publishers.some(({ service }) => service === edgeService);
  if (here) return already(described, "it runs", remotes);
  return needed(described, { kind: "edge", remotes: [] }, [edgeTasks]);
}
