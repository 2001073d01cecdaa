import { onStage } from "../../../src/engine/blueprint/index.ts";
import { parseProfile } from "../../../src/engine/profile/index.ts";
import { draft } from "../../../src/engine/release/draft.ts";
import type { Draft } from "../../../src/engine/release/record.ts";
import type { Ingredients } from "../../../src/engine/release/spec/part.ts";

export const shop = `
name: shop
runtime: node@22
processes:
  web: { run: node server.js, port: 3000, health: /healthz, memory: 256m, cpus: 0.5, stopGrace: 20s }
  worker: { run: node worker.js }
release: npm run migrate
services: { db: postgres@17, cache: redis@8 }
env:
  LOG_LEVEL: info
  TOKEN: { secret: true }
stages:
  production: { servers: [fra1], domain: shop.example, replicas: 3, env: { LOG_LEVEL: warning } }
`;

/** What a profile's text becomes on its stage. */
export function wanted(text: string, more: Partial<Ingredients> & { number?: number } = {}): Draft {
  const { number = 1, ...ingredients } = more;
  const { profile, stage } = staged(text);
  const given: Ingredients = {
    place: { app: profile.name, stage: stage.name },
    profile,
    images: Object.fromEntries(
      Object.keys(profile.images).map((name) => [
        name,
        { reference: `${name}:one`, digest: "sha256:one", entrypoint: ["/start"], command: ["serve"] },
      ]),
    ),
    secrets: { TOKEN: { id: "s1", name: "shop-production-TOKEN-1" } },
    passwords: { db: { id: "p1", name: "shop-production-db.password-1" } },
    entry: { id: "e1", name: "entry" },
    home: "node1",
    ...ingredients,
  };
  return draft(stage, given, { number, source: { commit: "abc1234def", dirty: false } });
}

export function staged(text: string) {
  const parsed = parseProfile(text);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const [name = ""] = Object.keys(parsed.profile.stages);
  const profile = onStage(parsed.profile, name);
  const stage = profile.stages[name];
  if (stage === undefined) throw new Error("The profile has no stage.");
  return { profile, stage };
}
