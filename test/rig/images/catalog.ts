import { serverImages } from "../servers/images.ts";
import type { Definition } from "./definition.ts";
import { busybox } from "./families/busybox.ts";
import { debian } from "./families/debian.ts";
import { golang } from "./families/golang.ts";
import { mariadb } from "./families/mariadb.ts";
import { node } from "./families/node.ts";
import { php } from "./families/php.ts";
import { postgres } from "./families/postgres.ts";
import { python } from "./families/python.ts";
import { redis } from "./families/redis.ts";
import { ruby } from "./families/ruby.ts";
import { mail, web } from "./families/web.ts";

/** Every image that the rig can make. */
export const catalog: readonly Definition[] = [
  ...debian,
  ...busybox,
  ...node,
  ...python,
  ...golang,
  ...ruby,
  ...php,
  ...postgres,
  ...mariadb,
  ...redis,
  ...web,
  ...mail,
  ...serverImages,
];
