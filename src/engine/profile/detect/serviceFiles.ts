import type { ServiceKindName } from "../kinds.ts";
import type { ComposeService } from "./compose.ts";
import { digData, digList, digText, lineOf, type Scope } from "./scope.ts";
import type { Signal } from "./serviceSignal.ts";
import { imageKinds } from "./serviceSignals.ts";
import { splitImage } from "./words.ts";

export function fromCompose(compose: readonly ComposeService[]): Signal[] {
  return compose.flatMap((service): Signal[] => {
    if (service.image === undefined || /test|e2e/i.test(service.name)) return [];
    const [image = "", tag] = splitImage(service.image);
    const kind = imageKinds.find(([pattern]) => pattern.test(image))?.[1];
    if (kind === undefined) return [];
    const version =
      tag === undefined || /^(latest|alpine|stable|lts|management.*)$/.test(tag)
        ? undefined
        : tidyTag(kind, tag);
    return [
      {
        kind,
        strength: "certain",
        file: service.file,
        line: service.line,
        because: `${service.file} runs ${service.image}`,
        name: service.name,
        ...(version === undefined ? {} : { version }),
      },
    ];
  });
}

/** `16.2-alpine` → 16.2: the base of an image is our choice, its version theirs. */
function tidyTag(kind: ServiceKindName, tag: string): string | undefined {
  if (kind === "pgvector" || kind === "postgis" || kind === "minio")
    return /^(pg\d+|\d+-\d|RELEASE)/.test(tag)
      ? tag.replace(/-(alpine|bookworm|bullseye|trixie).*$/, "")
      : undefined;
  return /^v?\d+(\.\d+)*/.exec(tag)?.[0];
}

const addons: readonly (readonly [RegExp, ServiceKindName])[] = [
  [/postgres/, "postgres"],
  [/redis|keyvalue/, "redis"],
  [/mysql|cleardb|jawsdb/, "mysql"],
  [/mongo/, "mongo"],
  [/amqp|rabbit/, "rabbitmq"],
  [/elastic|bonsai/, "elasticsearch"],
  [/memcach/, "memcached"],
];

/** Heroku's app.json, Render's and Platform.sh's files. */
export function fromPlatforms(root: Scope): Signal[] {
  const signals: Signal[] = [];
  const add = (said: unknown, file: string) => {
    const text = typeof said === "string" ? said : (digText(said, "plan") ?? digText(said, "type") ?? "");
    const kind = addons.find(([pattern]) => pattern.test(text))?.[1];
    if (kind !== undefined)
      signals.push({
        kind,
        strength: "certain",
        file,
        line: lineOf(root.text(file), text),
        because: `${file} asks for ${text}`,
      });
  };
  for (const addon of digList(root.json("app.json"), "addons")) add(addon, "app.json");
  const render = root.yaml("render.yaml");
  if (digList(render, "databases").length > 0) add("postgres", "render.yaml");
  for (const service of digList(render, "services"))
    if (/redis|keyvalue/.test(digText(service, "type") ?? "")) add("redis", "render.yaml");
  for (const service of Object.values(digData(root.yaml(".platform/services.yaml"))))
    add(digText(service, "type"), ".platform/services.yaml");
  return signals;
}
