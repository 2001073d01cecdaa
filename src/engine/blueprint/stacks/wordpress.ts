import { template } from "../templates.ts";
import type { Stack } from "./stack.ts";

/** Where WordPress itself lies, beneath the wp-content and wp-config.php of the repository. */
const coreFolder = "/var/www/wordpress";

/** WordPress from the official image, for repositories that hold what is theirs alone; a whole checkout is left as it is. */
export function wordpress(version: string): Pick<Stack, "copies" | "baseRuns"> {
  // the repository's own settings, else those that the official image documents: WORDPRESS_DB_HOST and the like
  const config = template("wordpress/wp-config.php").trimEnd().split("\n");
  const lines = config.map((line) => `'${line}'`).join(" ");
  return {
    copies: [
      {
        from: `wordpress:php${version}-apache`,
        path: "/usr/src/wordpress",
        to: coreFolder,
        in: "base",
      },
    ],
    baseRuns: [
      `rm -rf ${coreFolder}/wp-content && ln -s /app/wp-content ${coreFolder}/wp-content && printf '%s\\n' ${lines} > ${coreFolder}/wp-config.php`,
    ],
  };
}

/** Apache serves the checkout where it is a whole WordPress, else the one of the image. */
export const wordpressSite = {
  before: [`Define root ${coreFolder}`, "<IfFile /app/wp-load.php>", "  Define root /app", "</IfFile>"],
  root: "${root}",
};
