import type { Asked, Stack } from "./stack.ts";
import { wordpress, wordpressSite } from "./wordpress.ts";

/** Debian packages that an extension is compiled with. */
const libraries: Record<string, readonly string[]> = {
  gd: ["libfreetype-dev", "libjpeg-dev", "libpng-dev", "libwebp-dev"],
  gmp: ["libgmp-dev"],
  imagick: ["libmagickwand-dev"],
  imap: ["libc-client-dev", "libkrb5-dev"],
  intl: ["libicu-dev"],
  ldap: ["libldap-dev"],
  pdo_pgsql: ["libpq-dev"],
  pgsql: ["libpq-dev"],
  soap: ["libxml2-dev"],
  xsl: ["libxslt1-dev"],
  zip: ["libzip-dev"],
};
/** Not part of PHP's own source: these come from PECL. */
const pecl = new Set([
  "apcu",
  "imagick",
  "memcached",
  "mongodb",
  "redis",
  "swoole",
  "xdebug",
  "pcov",
  "amqp",
]);
/** In every image of PHP already. */
const always = new Set(
  "ctype curl dom fileinfo filter hash iconv json libxml mbstring openssl pcre pdo pdo_sqlite phar posix random readline reflection session simplexml sodium spl sqlite3 standard tokenizer xml xmlreader xmlwriter zlib".split(
    " ",
  ),
);

export function php({ image, version, processes }: Asked): Stack {
  const apache = processes.some(({ run }) => run === undefined || /\bapache2/.test(run));
  const site = processes.find(({ serve }) => serve !== undefined);
  const composer = image.install.some((command) => /\bcomposer\b/.test(command));
  const root = folderOf(site?.dir, site?.serve?.folder);
  const core = image.framework === "wordpress" && apache && !composer && root === "/app";
  const below = core ? wordpress(version) : {};
  const extensions = image.extensions.filter((name) => !always.has(name));
  return {
    base: `php:${version}-${apache ? "apache" : "cli"}`,
    packages: extensions.flatMap((name) => libraries[name] ?? []),
    toolPackages: ["git", "unzip"],
    copies: [
      ...(below.copies ?? []),
      ...(composer
        ? [
            {
              from: "composer:2",
              path: "/usr/bin/composer",
              to: "/usr/local/bin/composer",
              in: "tools",
            } as const,
          ]
        : []),
    ],
    toolEnv: {
      COMPOSER_CACHE_DIR: "/cache/composer",
      COMPOSER_ALLOW_SUPERUSER: "1",
      COMPOSER_NO_INTERACTION: "1",
    },
    baseRuns: [
      ...extensions.filter((name) => !pecl.has(name)).map(installExtension),
      ...extensions
        .filter((name) => pecl.has(name))
        .map((name) => `pecl install ${name} && docker-php-ext-enable ${name}`),
      'cp "$PHP_INI_DIR/php.ini-production" "$PHP_INI_DIR/php.ini"',
      ...(below.baseRuns ?? []),
      ...(apache ? [configureApache(site?.port ?? 8080, core ? wordpressSite : { root })] : []),
    ],
    manifests: ["composer.json", "composer.lock", "auth.json", "symfony.lock"],
    install: image.install.map((command) =>
      isInstall(command)
        ? `${without(command, "--optimize-autoloader", "-o")} --no-scripts --no-autoloader`
        : command,
    ),
    build: [
      ...(composer
        ? [
            `composer dump-autoload --optimize${image.install.some((c) => c.includes("--no-dev")) ? " --no-dev" : ""}`,
          ]
        : []),
      ...image.run,
    ],
    strip: composer
      ? [
          "find vendor -mindepth 1 -maxdepth 1 ! -name composer ! -name autoload.php -exec rm -rf {} +",
          "find . -name node_modules -prune -exec rm -rf {} +",
        ]
      : [],
    devInstall: image.install.map((command) => without(command, "--no-dev", "--optimize-autoloader", "-o")),
    ...(composer ? { installed: "vendor" } : {}),
    editor: {
      extensions: ["bmewburn.vscode-intelephense-client", "xdebug.php-debug"],
      settings: { "php.validate.executablePath": "/usr/local/bin/php" },
      debug: { type: "php", request: "launch", port: 9003, pathMappings: { "/app": `\${workspaceFolder}` } },
    },
  };
}

const isInstall = (command: string) => /\bcomposer (install|i)\b/.test(command);

function without(command: string, ...flags: string[]): string {
  return command
    .split(" ")
    .filter((word) => !flags.includes(word))
    .join(" ");
}

function installExtension(name: string): string {
  const configure =
    name === "gd" ? "docker-php-ext-configure gd --with-freetype --with-jpeg --with-webp && " : "";
  return `${configure}docker-php-ext-install -j"$(nproc)" ${name}`;
}

function folderOf(dir = ".", folder = "."): string {
  return ["/app", dir, folder].filter((part) => part !== ".").join("/");
}

/** Apache as a user without rights: a port above 1024, and the document root of the profile. */
function configureApache(
  port: number,
  { root, before = [] }: { root: string; before?: readonly string[] },
): string {
  const site = [
    ...before,
    "ServerName localhost",
    "ServerTokens Prod",
    `<VirtualHost *:${port}>`,
    `  DocumentRoot ${root}`,
    "  ErrorLog /dev/stderr",
    "  CustomLog /dev/stdout combined",
    `  <Directory ${root}>`,
    "    AllowOverride All",
    "    Require all granted",
    "    FallbackResource /index.php",
    "  </Directory>",
    "</VirtualHost>",
  ];
  return `a2enmod -q rewrite headers expires remoteip && echo 'Listen ${port}' > /etc/apache2/ports.conf && printf '%s\\n' ${site.map((line) => `'${line}'`).join(" ")} > /etc/apache2/sites-available/000-default.conf`;
}
