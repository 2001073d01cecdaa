import type { Stack } from "./stack.ts";

/** Where WordPress itself lies, beneath the wp-content and wp-config.php of the repository. */
const coreFolder = "/var/www/wordpress";

/** The repository's own settings, else those that the official image documents: WORDPRESS_DB_HOST and the like. */
const config = [
  "<?php",
  'if (is_file("/app/wp-config.php")) { require "/app/wp-config.php"; return; }',
  "// keys that nobody has set are derived from what only this site knows",
  'foreach (["AUTH", "SECURE_AUTH", "LOGGED_IN", "NONCE"] as $name) {',
  '    foreach (["KEY", "SALT"] as $kind) {',
  '        if (getenv("WORDPRESS_{$name}_{$kind}") !== false) continue;',
  '        $derived = hash_hmac("sha256", "$name $kind", (string) getenv("WORDPRESS_DB_PASSWORD"));',
  '        putenv("WORDPRESS_{$name}_{$kind}=$derived");',
  "    }",
  "}",
  `require "${coreFolder}/wp-config-docker.php";`,
];

/** WordPress from the official image, for repositories that hold what is theirs alone; a whole checkout is left as it is. */
export function wordpress(version: string): Pick<Stack, "copies" | "baseRuns"> {
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
