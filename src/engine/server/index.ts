export { type CaddyJson, edgeConfig, loadEdge, type Route } from "./edge/index.ts";
export { checkServer, concerns, type Facts, facts, summary } from "./facts/index.ts";
export { drain, findManager, join, leave, managersAdvice } from "./group/index.ts";
export {
  changeInventory,
  type Entry,
  editInventory,
  type Inventory,
  inventoryFiles,
  inventorySchema,
  isAddress,
  type KnownServer,
  knownServers,
  openInventory,
  type Price,
  priceOf,
  readSettings,
  resolveServer,
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
  type Carrier,
  type Operation,
  type Question,
  type SetUpPlan,
  saveAndLoad,
  setUp,
  setUpPlan,
  type Wishes,
} from "./setup/index.ts";
export { dockerOn, pool, type SshMachine } from "./ssh/index.ts";
export { type SshHost, sshHosts } from "./sshHosts.ts";
