import { apt, type Definition, dockerfile } from "../definition.ts";

/** 2 MB with a shell and a web server: what tests put where the size of an image only costs time. */
export const busybox: readonly Definition[] = [
  {
    is: "built",
    name: "busybox:1",
    aliases: ["busybox:1.37", "busybox:stable", "busybox:latest"],
    dockerfile: dockerfile(
      "FROM debian:13 AS fetch",
      apt("trixie", ["busybox-static"]),
      "RUN mkdir -p /root-fs/bin /root-fs/tmp && cp /bin/busybox /root-fs/bin/ && chroot /root-fs /bin/busybox --install /bin",
      "FROM scratch",
      'COPY --from=fetch /root-fs/ /\nCMD ["sh"]',
    ),
  },
];
