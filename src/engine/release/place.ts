/** An application on one of its stages: what releases are made of, and what the state on a server is kept by. */
export interface Place {
  app: string;
  stage: string;
}

/** What all that belongs to a place is named after: its network, its folder on the server. */
export const stackOf = ({ app, stage }: Place): string => `${app}-${stage}`;

export const serviceName = (place: Place, part: string): string => `${stackOf(place)}-${part}`;

/** The network on which the edge finds what it serves. A server is set up with it. */
export const edgeNetwork = "sistership";

/** Where a server keeps what it knows of a place. Root's alone. */
export const stateFolder = (place: Place): string => `/var/lib/sistership/${stackOf(place)}`;

/** How everything in Docker that is of a place is found again. */
export const labelsOf = ({ app, stage }: Place): Record<string, string> => ({
  "sistership.app": app,
  "sistership.stage": stage,
});

/** The label on the servers of a stage: Swarm knows no "one of these". */
export const nodeLabel = (place: Place): string => `sistership.on.${stackOf(place)}`;
