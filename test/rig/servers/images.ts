import { apt, type Definition, dockerfile, runWithApt, steps } from "../images/definition.ts";

const bare = "sistership-rig/server-bare:13";

/** What a unit would do to the kernel that all containers share, or wants of hardware that is not there. */
const masked = [
  ...["console-getty.service", "systemd-modules-load.service", "systemd-remount-fs.service"],
  ...["systemd-sysctl.service", "sshd-keygen.service", "dev-hugepages.mount", "dev-mqueue.mount"],
  ...["sys-fs-fuse-connections.mount", "sys-kernel-config.mount", "sys-kernel-debug.mount"],
  ...["sys-kernel-tracing.mount", "apt-daily.timer", "apt-daily-upgrade.timer"],
];

/** The machines that a provider would hand over: Debian with systemd and sshd, with and without Docker. */
export const serverImages: readonly Definition[] = [
  {
    is: "built",
    name: bare,
    aliases: [],
    scripts: ["server-start.sh", "server-slow.sh", "server-delay.pl"],
    dockerfile: dockerfile(
      "FROM debian:13",
      apt("trixie", [
        ...["systemd-sysv", "dbus", "openssh-server", "sudo", "iproute2", "iputils-ping", "procps"],
        ...["ca-certificates", "curl"],
      ]),
      steps(
        "rm -f /etc/ssh/ssh_host_*",
        `systemctl mask ${masked.join(" ")}`,
        ": > /etc/machine-id",
        "echo 'PasswordAuthentication no' > /etc/ssh/sshd_config.d/20-provider.conf",
      ),
      "COPY --chmod=755 server-start.sh /usr/local/lib/rig/start",
      "COPY --chmod=755 server-slow.sh /usr/local/lib/rig/slow",
      "COPY --chmod=755 server-delay.pl /usr/local/lib/rig/delay",
      // systemd 257 runs on the older kind of cgroups only where it is told to; on the newer kind these words do nothing.
      "ENV container=docker SYSTEMD_PROC_CMDLINE='systemd.unified_cgroup_hierarchy=0 SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE=1'",
      'STOPSIGNAL SIGRTMIN+3\nENTRYPOINT ["/usr/local/lib/rig/start"]',
    ),
  },
  {
    is: "built",
    name: "sistership-rig/server-docker:13",
    aliases: [],
    dockerfile: dockerfile(`FROM ${bare}`, apt("trixie", ["docker.io", "docker-cli"])),
  },
  {
    is: "built",
    name: "sistership-rig/server-newest:13",
    aliases: [],
    dockerfile: dockerfile(
      `FROM ${bare}`,
      runWithApt("trixie", [
        // the image's own mirror, for another suite
        "cat /etc/apt/sources.list.d/*.sources | sed '/^$/,$d; s/^Suites:.*/Suites: testing/' > /etc/testing.sources",
        "mv /etc/testing.sources /etc/apt/sources.list.d/testing.sources",
        // A mirror may be a snapshot of some weeks ago.
        "$apt -o Acquire::Check-Valid-Until=false update",
        "$apt install --no-install-recommends --target-release=testing docker.io docker-cli containerd runc",
        "rm /etc/apt/sources.list.d/testing.sources",
      ]),
      steps(
        "mkdir -p /etc/docker",
        `echo '{ "features": { "containerd-snapshotter": true } }' > /etc/docker/daemon.json`,
      ),
    ),
  },
];
