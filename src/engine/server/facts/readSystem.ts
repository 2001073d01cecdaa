import type { Told } from "./read.ts";

export interface System {
  /** `debian`, `ubuntu`, `fedora`, `alpine`, `freebsd`…, as os-release has it. */
  id: string;
  version: string;
  /** As people call it: `Debian GNU/Linux 13 (trixie)`. */
  name: string;
  /** What it descends from: `debian`, `rhel fedora`. */
  like: string[];
  codename: string;
}

export function systemOf(told: Told): System {
  const release = new Map(
    told.all("os").map((line) => {
      const at = line.indexOf("=");
      return [line.slice(0, at), line.slice(at + 1).replace(/^(["'])(.*)\1$/, "$2")];
    }),
  );
  const kernel = told.one("kernel") ?? "an unknown system";
  const [family = ""] = kernel.toLowerCase().split(" ");
  return {
    id: release.get("ID") ?? family,
    version: release.get("VERSION_ID") ?? "",
    name: release.get("PRETTY_NAME") ?? kernel,
    like: release.get("ID_LIKE")?.split(" ") ?? [],
    codename: release.get("VERSION_CODENAME") ?? "",
  };
}

const clouds: Record<string, string> = {
  hetzner: "Hetzner",
  digitalocean: "DigitalOcean",
  aws: "Amazon EC2",
  gce: "Google Cloud",
  azure: "Microsoft Azure",
  vultr: "Vultr",
  akamai: "Linode",
  scaleway: "Scaleway",
  oracle: "Oracle Cloud",
  upcloud: "UpCloud",
  exoscale: "Exoscale",
};

/** What the firmware of a virtual machine says of who made it. */
const makers: readonly [RegExp, string][] = [
  [/hetzner/i, "Hetzner"],
  [/digitalocean/i, "DigitalOcean"],
  [/amazon/i, "Amazon EC2"],
  [/google/i, "Google Cloud"],
  [/7783-7084-3265-9085-8269-3286-77/, "Microsoft Azure"],
  [/vultr/i, "Vultr"],
  [/linode|akamai/i, "Linode"],
  [/scaleway/i, "Scaleway"],
  [/oraclecloud/i, "Oracle Cloud"],
  [/\bovh/i, "OVHcloud"],
  [/upcloud/i, "UpCloud"],
  [/netcup/i, "netcup"],
  [/exoscale/i, "Exoscale"],
];

export function providerOf(told: Told): string | undefined {
  const cloud = clouds[told.one("cloud") ?? ""];
  if (cloud !== undefined) return cloud;
  const firmware = ["sys_vendor", "product_name", "chassis_asset_tag", "bios_vendor"]
    .map((name) => told.one(`dmi.${name}`) ?? "")
    .join("\n");
  return makers.find(([pattern]) => pattern.test(firmware))?.[1];
}
