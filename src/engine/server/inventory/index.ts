export { changeInventory, type Inventory, inventoryFiles, openInventory } from "./files.ts";
export { editInventory, readSettings } from "./read.ts";
export { type KnownServer, knownServers, resolveServer } from "./resolve.ts";
export { type Entry, inventorySchema, isAddress, type Price, priceOf, written } from "./schema.ts";
