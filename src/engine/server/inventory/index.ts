export { changeInventory, inventoryFiles, openInventory } from "./files.ts";
export { editInventory, readSettings } from "./read.ts";
export { type KnownServer, knownServers, resolveServer, serversOf } from "./resolve.ts";
export { type Entry, inventorySchema, isAddress, priceOf, written } from "./schema.ts";
