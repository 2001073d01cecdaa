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
      ...(extensions.length > 0 ? [installExtensions(extensions)] : []),
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
    dev: { runs: debugging(version, extensions.includes("xdebug")), files: {}, env: {} },
    editor: {
      extensions: ["bmewburn.vscode-intelephense-client", "xdebug.php-debug"],
      settings: { "php.validate.executablePath": "/usr/local/bin/php" },
    },
  };
}

/** Xdebug lies there, and nothing loads it before it is asked for in a file that the user who develops may write. */
function debugging(version: string, there: boolean): string[] {
  const [major = 8, minor = 4] = version.split(".").map(Number);
  const fits = major < 8 ? "3.1.6" : minor < 5 ? "3.4.5" : "3.5.0";
  const file = '"$PHP_INI_DIR/conf.d/zz-sistership-debug.ini"';
  return [...(there ? [] : [`pecl install xdebug-${fits}`]), `touch ${file} && chown "$UID:$GID" ${file}`];
}

const isInstall = (command: string) => /\bcomposer (install|i)\b/.test(command);

function without(command: string, ...flags: string[]): string {
  return command
    .split(" ")
    .filter((word) => !flags.includes(word))
    .join(" ");
}

/** One step, so that what extensions are compiled with is in no layer; the libraries they run with stay. */
function installExtensions(names: readonly string[]): string {
  const compiledWith = [...new Set(names.flatMap((name) => libraries[name] ?? []))].sort();
  const own = names.filter((name) => !pecl.has(name));
  const others = names.filter((name) => pecl.has(name));
  const install = [
    ...(own.includes("gd") ? ["docker-php-ext-configure gd --with-freetype --with-jpeg --with-webp"] : []),
    ...(own.length > 0 ? [`docker-php-ext-install -j"$(nproc)" ${own.join(" ")}`] : []),
    ...others.map((name) => `pecl install ${name} && docker-php-ext-enable ${name}`),
  ];
  if (compiledWith.length === 0) return install.join(" && ");
  return [
    'before="$(apt-mark showmanual)"',
    "apt-get update -qq",
    `apt-get install -y -qq --no-install-recommends ${compiledWith.join(" ")}`,
    ...install,
    "apt-mark auto '.*' > /dev/null",
    "apt-mark manual $before > /dev/null",
    // the packages that the extensions are, or whose libraries they load
    'extensions="$(php -r \'echo ini_get("extension_dir");\')"',
    // packages name some files below /usr that programs find below /, and the other way round
    `{ ls "$extensions"/*.so; ldd "$extensions"/*.so | awk '$2 == "=>" { print $3 }'; } | sort -u | sed -E 's,^/(usr/)?,*/,' | xargs -r -n 1 dpkg-query --search 2> /dev/null | cut -d: -f1 | sort -u | xargs -r apt-mark manual > /dev/null`,
    "apt-get purge -y -qq --auto-remove -o APT::AutoRemove::RecommendsImportant=false",
    "rm -rf /var/lib/apt/lists/*",
    "php -m > /dev/null",
  ].join(" && ");
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
