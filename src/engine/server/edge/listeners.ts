import { template } from "../../blueprint/index.ts";
import type { Output } from "../../process/index.ts";
import type { EdgeContainer } from "./inside.ts";
import { edgeImage } from "./service.ts";

/**
 * Before listeners at the edge's ports take turns: has the kernel lead whoever comes to the one that stays, see steer.sh. A
 * container may not do that for itself, and Caddy's image has nothing to do it with, so another one does, by the server's
 * own Perl or Python. Where that is not possible it stays as it is, and a few are cut when much goes on.
 */
export async function steer({ beside }: EdgeContainer): Promise<Output> {
  const may = ["NET_ADMIN", "NET_BIND_SERVICE", "SYS_CHROOT"].flatMap((one) => ["--cap-add", one]);
  const input = template("server/steer.sh");
  return await beside(
    [
      ...["-i", "--cap-drop", "ALL", ...may, "--security-opt", "systempaths=unconfined"],
      ...["--security-opt", "label=disable", "--volume", "/:/host:ro", "--entrypoint", "sh", edgeImage, "-s"],
    ],
    input,
  );
}
