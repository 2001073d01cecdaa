import { resolve } from "node:path";
import type { Command } from "commander";
import { fault } from "../engine/process/index.ts";
import type { KnownServer } from "../engine/server/index.ts";
import { machineOf, type OutputOptions, type World } from "./context.ts";

export interface ServersOptions extends OutputOptions {
  folder: string;
  sshConfig?: string;
  yes?: true;
}

type AddCommand = (name: string, description: string) => Command;

/** What needs no server: the lists. */
export function addServerLists(
  command: AddCommand,
  world: World,
  known: (options: ServersOptions) => KnownServer[],
): void {
  const fileOf = async (options: ServersOptions, team: boolean) => {
    const { inventoryFiles } = await import("../engine/server/index.ts");
    const files = inventoryFiles(resolve(world.cwd, options.folder), machineOf(world));
    return team ? files.team : files.own;
  };

  interface AddOptions extends ServersOptions {
    name?: string;
    region?: string;
    client?: string;
    price?: string;
    team?: true;
  }
  command("add", "Put a server into your own list, or the team's")
    .argument("<address>", "a host of your SSH configuration, user@host or user@host:port")
    .option("--name <name>", "what to call it; without it, as its host is called")
    .option("--region <region>", "where it stands, such as eu")
    .option("--client <client>", "whom its costs are grouped under")
    .option("--price <price>", 'what it costs a month, such as "4.51 EUR"')
    .option("--team", "into sistership.servers.yaml, which is committed")
    .action(
      async (
        address: string,
        { name: given, region, client, price: said, ...options }: AddOptions,
        self: Command,
      ) => {
        const { changeInventory, isAddress, priceOf } = await import("../engine/server/index.ts");
        if (!isAddress(address)) throw fault("server-name", [address]);
        const price = said === undefined ? undefined : priceOf(said);
        if (said !== undefined && price === undefined)
          self.error('--price is an amount and a currency, such as "4.51 EUR".');
        const name = given ?? address.replace(/^.*@/, "").replace(/:\d+$/, "").toLowerCase();
        const file = await fileOf(options, options.team === true);
        changeInventory(file, { add: { name, address, region, client, price } });
        const says = `${name} is in ${file}. Look at it with "sistership servers check ${name}".`;
        world.stdout.write(options.json ? `${JSON.stringify({ added: name, file })}\n` : `${says}\n`);
      },
    );

  command("schema", "Print the JSON schema of sistership.servers.yaml").action(async () => {
    const { inventorySchema } = await import("../engine/server/index.ts");
    world.stdout.write(`${JSON.stringify(inventorySchema(), null, 2)}\n`);
  });

  command("list", "Say which servers there are, and who names them")
    .option("--ssh-config <file>", "the SSH configuration to use in place of your own")
    .action((options: ServersOptions) => {
      const all = known(options);
      if (options.json) return void world.stdout.write(`${JSON.stringify(all, null, 2)}\n`);
      const widest = Math.max(0, ...all.map(({ name }) => name.length));
      for (const server of all) world.stdout.write(`${server.name.padEnd(widest)}  ${aboutKnown(server)}\n`);
    });

  command("remove", "Take a server off the lists; on the server itself nothing changes")
    .argument("<name>", "the server")
    .action(async (name: string, options: ServersOptions) => {
      const { changeInventory, resolveServer } = await import("../engine/server/index.ts");
      const { from } = resolveServer(name, known(options));
      if (from === "ssh") throw fault("server-of-ssh", [name]);
      const file = await fileOf(options, from === "team");
      changeInventory(file, { remove: name });
      world.stdout.write(
        options.json
          ? `${JSON.stringify({ removed: name, file })}\n`
          : `${name} is no longer in ${file}. The server itself was left as it is.\n`,
      );
    });
}

const sources = { team: "the team's list", own: "your list", ssh: "your SSH configuration" } as const;

function aboutKnown({ address, from, entry }: KnownServer): string {
  const price = entry?.price && `${entry.price.amount.toFixed(2)} ${entry.price.currency} a month`;
  return [address, entry?.region, entry?.client, price, `(${sources[from]})`].filter(Boolean).join("  ");
}
