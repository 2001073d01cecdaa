export {
  edgeConfig,
  edgeService,
  edgeTakes,
  hashOf,
  loadEdge,
  probeHeader,
  type Route,
} from "./edge/index.ts";
export { checkServer, concerns, type Facts, facts } from "./facts/index.ts";
export { drain, findManager, join, leave, managersAdvice } from "./group/index.ts";
export {
  changeInventory,
  type Entry,
  editInventory,
  inventoryFiles,
  inventorySchema,
  isAddress,
  type KnownServer,
  knownServers,
  openInventory,
  priceOf,
  readSettings,
  resolveServer,
  serversOf,
  written,
} from "./inventory/index.ts";
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
export {
  type Operation,
  type Question,
  renewEdge,
  type SetUpPlan,
  saveAndLoad,
  setUp,
  setUpPlan,
  type Wishes,
} from "./setup/index.ts";
export { dockerOn, doorTo, type Introduction, introduce, pool, quote, type SshMachine } from "./ssh/index.ts";
export { type SshHost, sshHosts } from "./sshHosts.ts";
