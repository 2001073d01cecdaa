import { z } from "zod";
import { Fault, fault, run } from "../process/index.ts";

/** The digest that a registry has an image at, asked as the user whom `docker login` knows. */
export async function digestOf(
  image: string,
  { env, signal }: { env: NodeJS.ProcessEnv; signal: AbortSignal },
): Promise<string> {
  const args = ["buildx", "imagetools", "inspect", image, "--format", "{{json .Manifest}}"];
  try {
    const { stdout } = await run({ program: "docker", args, env }, { timeoutMs: 60_000, signal });
    return manifest.parse(JSON.parse(stdout)).digest;
  } catch (thrown) {
    throw explained(image, thrown);
  }
}

const manifest = z.object({ digest: z.string().regex(/^sha256:[0-9a-f]{64}$/) });

/** Hidden and absent look the same from outside: registries answer both with a refusal. */
const unknown =
  /not found|manifest unknown|name unknown|insufficient_scope|access denied|\b404\b|unauthorized/i;

function explained(image: string, thrown: unknown): unknown {
  if (!(thrown instanceof Fault) || (thrown.code !== "program-failed" && thrown.code !== "timed-out"))
    return thrown;
  const last = thrown.lastLines.findLast((line) => line.trim() !== "")?.trim() ?? thrown.says;
  if (/unknown command: docker buildx|not a docker command/i.test(last))
    return fault("buildx-missing", [], { cause: thrown });
  const reason = last.replace(/^ERROR: /, "");
  return unknown.test(reason)
    ? fault("image-unknown", [image], { cause: thrown })
    : fault("registry-unreachable", [image, reason], { cause: thrown });
}
