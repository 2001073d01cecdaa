import { rigLabels } from "../docker/labels.ts";
import type { Docker } from "./docker.ts";
import { ownerLabel } from "./sweep.ts";

/**
 * What a server may do beyond any container, in place of --privileged, which not every machine can give. Left out is
 * what would reach the machine below: its clock, its kernel's modules, its devices.
 */
const capabilities = [
  ...[
    "AUDIT_CONTROL",
    "BLOCK_SUSPEND",
    "BPF",
    "CHECKPOINT_RESTORE",
    "DAC_READ_SEARCH",
    "IPC_LOCK",
    "IPC_OWNER",
  ],
  ...[
    "LEASE",
    "LINUX_IMMUTABLE",
    "NET_ADMIN",
    "NET_BROADCAST",
    "PERFMON",
    "SYS_ADMIN",
    "SYS_BOOT",
    "SYS_NICE",
  ],
  ...["SYS_PACCT", "SYS_PTRACE", "SYS_TTY_CONFIG"],
];

interface Wanted {
  container: string;
  hostname: string;
  network: string;
  image: string;
  owner: string;
  /** Folder with what the server finds as /seed at its first start. */
  seed: string;
}

/** Starts a container that is a machine of its own: systemd, sshd, a Docker inside if the image has one. */
export async function startContainer(
  docker: Docker,
  { container, hostname, network, image, owner, seed }: Wanted,
  signal: AbortSignal | undefined,
): Promise<void> {
  const options = signal ? { signal } : {};
  const labels = [...rigLabels(), `${ownerLabel}=${owner}`];
  const volumeLabels = labels.map((label) => `,volume-label=${label}`).join("");
  const create = [
    ...["create", "--name", container, "--hostname", hostname],
    ...labels.flatMap((label) => ["--label", label]),
    ...["--network", network, "--network-alias", hostname],
    ...capabilities.flatMap((name) => ["--cap-add", name]),
    ...["seccomp", "apparmor", "systempaths"].flatMap((name) => ["--security-opt", `${name}=unconfined`]),
    ...["--cgroupns", "private", "--device", "/dev/net/tun", "--tty"],
    ...["--tmpfs", "/run:exec", "--tmpfs", "/run/lock"],
    // A link that is slowed answers by another way than it was asked by.
    ...["--sysctl", "net.ipv4.conf.all.rp_filter=0", "--sysctl", "net.ipv4.conf.default.rp_filter=0"],
    // `reboot` ends the container; a machine would come back.
    ...["--restart", "on-failure"],
    // Images are layers of overlayfs, which cannot lie on the container's own.
    ...volumesOf(container).flatMap(({ name, path }) => [
      "--mount",
      `type=volume,source=${name},target=${path}${volumeLabels}`,
    ]),
    image,
  ];
  await docker(create, options);
  await docker(["cp", "--quiet", seed, `${container}:/seed`], options);
  await docker(["start", container], options);
}

export async function removeContainer(docker: Docker, container: string): Promise<void> {
  await docker(["rm", "--force", "--volumes", container]);
  await docker(["volume", "rm", "--force", ...volumesOf(container).map(({ name }) => name)]);
}

function volumesOf(container: string) {
  return ["docker", "containerd"].map((data) => ({ name: `${container}-${data}`, path: `/var/lib/${data}` }));
}
