import { z } from "zod";

/** What is known of a server without asking it. */
export interface Entry {
  /** Its id on every machine: what stages name. */
  name: string;
  /** A host of the SSH configuration, `user@host` or `user@host:port`. */
  address: string;
  region?: string | undefined;
  client?: string | undefined;
  /** A month. */
  price?: Price | undefined;
}

export interface Price {
  amount: number;
  currency: string;
}

const address = /^(?:[\w.+-]+@)?(?:\[[0-9a-f:.]+\]|[\w.-]+|[0-9a-f]*:[0-9a-f:.]+)(?::\d{1,5})?$/i;

/** An address that ssh would take for an option, or with a password in it, is none. */
export function isAddress(text: string): boolean {
  return address.test(text) && !text.startsWith("-");
}

const money = /^(\d+(?:\.\d{1,2})?) ([A-Z]{3})$/;

const entry = z.strictObject({
  address: z
    .string()
    .refine(isAddress, 'write a host of your SSH configuration, "user@host" or "user@host:port"')
    .meta({
      description:
        "How it is reached: a host of the SSH configuration, user@host or user@host:port. Never a password.",
    }),
  region: z
    .string()
    .optional()
    .meta({ description: "Where it stands, in your own words: eu, fra, us-east…" }),
  client: z.string().optional().meta({ description: "Whom its costs are grouped under." }),
  price: z
    .string()
    .regex(money, 'write an amount and a currency, such as "4.51 EUR"')
    .optional()
    .meta({ description: "What it costs a month: an amount and a currency, such as 4.51 EUR." }),
});

const name = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/, "a name is made of small letters, digits, dots and hyphens");

/** The servers by their names: the setting of the editor, and `servers:` in files. */
export const entries = z.record(name, entry);

export const inventory = z
  .strictObject({ servers: entries.default({}) })
  .meta({ title: "Sistership servers", description: "Servers that a team deploys to. It holds no secrets." });

/** The JSON schema of servers.yaml and sistership.servers.yaml, for editors: draft 7, which all of them read. */
export function inventorySchema(): Record<string, unknown> {
  return z.toJSONSchema(inventory, { target: "draft-7", io: "input" });
}

export function entriesOf(servers: z.infer<typeof entries>): Entry[] {
  return Object.entries(servers).map(([name, { price, ...rest }]) => ({
    name,
    ...rest,
    ...(price === undefined ? {} : { price: priceOf(price) }),
  }));
}

export function priceOf(text: string): Price | undefined {
  const [, amount, currency] = money.exec(text) ?? [];
  return amount === undefined || currency === undefined ? undefined : { amount: Number(amount), currency };
}

/** As it is written into a file or a setting. */
export function written({ name: _, price, ...rest }: Entry): Record<string, unknown> {
  const known = Object.entries(rest).filter(([, value]) => value !== undefined);
  return { ...Object.fromEntries(known), ...(price && { price: `${price.amount} ${price.currency}` }) };
}
