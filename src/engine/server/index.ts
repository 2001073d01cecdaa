export { checkServer, type ServerFacts } from "./checkServer.ts";
export type {
  Asker,
  Link,
  Peer,
  Pool,
  Remote,
  RemoteOptions,
  RemoteProcess,
  Target,
  Terminal,
} from "./link.ts";
export { dockerOn, pool, type SshMachine } from "./ssh/index.ts";
export { type SshHost, sshHosts } from "./sshHosts.ts";
