import { apt, type Definition, dockerfile, runWithApt, steps } from "../definition.ts";

const version = "8.2";

/** Debian's packages turn these on by themselves; the official images leave them to docker-php-ext-install. */
const leftOff = "calendar exif ffi gettext shmop sockets sysvmsg sysvsem sysvshm opcache xsl";
const builtIn = ["cli", "common", "curl", "mbstring", "readline", "sqlite3", "xml"];

const apache = [
  runWithApt("bookworm", [
    `$apt install --no-install-recommends apache2 libapache2-mod-php${version}`,
    "a2dismod -q mpm_event && a2enmod -q mpm_prefork",
    `phpdismod -v ${version} -s ALL ${leftOff}`,
    "rm -rf /var/www/html && install -d -m 1777 -o www-data -g www-data /var/www/html",
    "install -d -m 1777 -o www-data -g www-data /var/run/apache2 /var/lock/apache2 /var/log/apache2",
    "ln -sfT /dev/stderr /var/log/apache2/error.log",
    "ln -sfT /dev/stdout /var/log/apache2/access.log",
    "ln -sfT /dev/stdout /var/log/apache2/other_vhosts_access.log",
  ]),
  "COPY php-apache.conf /etc/apache2/conf-available/docker-php.conf",
  "RUN a2enconf -q docker-php",
  "ENV APACHE_CONFDIR=/etc/apache2 APACHE_ENVVARS=/etc/apache2/envvars",
  "COPY --chmod=755 php-apache2-foreground.sh /usr/local/bin/apache2-foreground",
  'STOPSIGNAL SIGWINCH\nWORKDIR /var/www/html\nEXPOSE 80\nCMD ["apache2-foreground"]',
];

const fpm = [
  runWithApt("bookworm", [
    `$apt install --no-install-recommends php${version}-fpm`,
    `phpdismod -v ${version} -s ALL ${leftOff}`,
    `mkdir -p /usr/local/etc/php-fpm.d && rm -rf /etc/php/${version}/fpm/pool.d`,
    `ln -s /usr/sbin/php-fpm${version} /usr/local/sbin/php-fpm`,
    `ln -sf /usr/local/etc/php-fpm.conf /etc/php/${version}/fpm/php-fpm.conf`,
    "install -d -m 1777 -o www-data -g www-data /var/www/html",
  ]),
  "COPY php-fpm.conf /usr/local/etc/php-fpm.conf\nCOPY php-fpm-www.conf /usr/local/etc/php-fpm.d/www.conf",
  'STOPSIGNAL SIGQUIT\nWORKDIR /var/www/html\nEXPOSE 9000\nCMD ["php-fpm"]',
];

export const php: readonly Definition[] = [
  {
    is: "built",
    name: `php:${version}-cli`,
    aliases: [`php:${version}`, `php:${version}-cli-bookworm`],
    scripts: [
      "php-entrypoint.sh",
      "php-ext-install.sh",
      "php-ext-enable.sh",
      "php-ext-configure.sh",
      "php-pecl.sh",
      "php-packages.sh",
    ],
    dockerfile: dockerfile(
      "FROM debian:12",
      apt("bookworm", [
        "ca-certificates",
        "curl",
        "xz-utils",
        ...builtIn.map((name) => `php${version}-${name}`),
      ]),
      `ENV PHP_INI_DIR=/usr/local/etc/php PHP_VERSION=${version}`,
      // One place for settings, of whatever way PHP is run: Debian keeps one for each.
      steps(
        'mkdir -p "$PHP_INI_DIR/conf.d"',
        `cp /usr/lib/php/${version}/php.ini-production "$PHP_INI_DIR/php.ini-production"`,
        `cp /usr/lib/php/${version}/php.ini-development "$PHP_INI_DIR/php.ini-development"`,
        `cp -a /etc/php/${version}/cli/conf.d/. "$PHP_INI_DIR/conf.d/"`,
        "for way in cli apache2 fpm; do",
        `  mkdir -p /etc/php/${version}/$way && rm -rf /etc/php/${version}/$way/conf.d`,
        `  ln -s "$PHP_INI_DIR/conf.d" /etc/php/${version}/$way/conf.d`,
        `  ln -sf "$PHP_INI_DIR/php.ini" /etc/php/${version}/$way/php.ini`,
        "done",
        `phpdismod -v ${version} -s ALL ${leftOff}`,
        "ln -s /usr/bin/php /usr/local/bin/php",
        "install -d -m 1777 -o www-data -g www-data /var/www/html",
      ),
      `COPY --chmod=755 php-entrypoint.sh /usr/local/bin/docker-php-entrypoint
COPY --chmod=755 php-ext-install.sh /usr/local/bin/docker-php-ext-install
COPY --chmod=755 php-ext-enable.sh /usr/local/bin/docker-php-ext-enable
COPY --chmod=755 php-ext-configure.sh /usr/local/bin/docker-php-ext-configure
COPY --chmod=755 php-pecl.sh /usr/local/bin/pecl
COPY --chmod=755 php-packages.sh /usr/local/lib/php-packages`,
      'ENTRYPOINT ["docker-php-entrypoint"]\nCMD ["php", "-a"]',
    ),
  },
  {
    is: "built",
    name: `php:${version}-apache`,
    aliases: [`php:${version}-apache-bookworm`],
    scripts: ["php-apache.conf", "php-apache2-foreground.sh"],
    dockerfile: dockerfile(`FROM php:${version}-cli`, ...apache),
  },
  {
    is: "built",
    name: `php:${version}-fpm`,
    aliases: [`php:${version}-fpm-bookworm`],
    scripts: ["php-fpm.conf", "php-fpm-www.conf"],
    dockerfile: dockerfile(`FROM php:${version}-cli`, ...fpm),
  },
  {
    is: "built",
    name: `wordpress:php${version}-apache`,
    aliases: [`wordpress:6-php${version}-apache`],
    scripts: ["wordpress-config.php"],
    dockerfile: dockerfile(
      "FROM debian:12 AS core",
      // its links into other packages made files
      runWithApt("bookworm", [
        "$apt install --no-install-recommends wordpress",
        "cp -rL /usr/share/wordpress /usr/src/wordpress",
        "rm -f /usr/src/wordpress/wp-config.php /usr/src/wordpress/.htaccess",
      ]),
      "COPY wordpress-config.php /usr/src/wordpress/wp-config-docker.php",
      `FROM php:${version}-apache`,
      "RUN docker-php-ext-install bcmath exif gd intl mysqli zip",
      "COPY --from=core --chown=www-data:www-data /usr/src/wordpress /usr/src/wordpress",
      'VOLUME /var/www/html\nCMD ["apache2-foreground"]',
    ),
  },
  {
    is: "built",
    name: "composer:2",
    aliases: ["composer:latest"],
    scripts: ["composer-phar.php", "composer-entrypoint.sh"],
    dockerfile: dockerfile(
      `FROM php:${version}-cli AS phar`,
      apt("bookworm", [
        "composer",
        "php-symfony-polyfill-intl-normalizer",
        "php-symfony-polyfill-intl-grapheme",
      ]),
      "COPY composer-phar.php /tmp/composer-phar.php",
      "RUN php -d phar.readonly=0 /tmp/composer-phar.php /composer",
      `FROM php:${version}-cli`,
      apt("bookworm", ["git", "unzip", "patch", "openssh-client", `php${version}-zip`]),
      "COPY --from=phar --chmod=755 /composer /usr/bin/composer",
      "COPY --chmod=755 composer-entrypoint.sh /docker-entrypoint.sh",
      "ENV COMPOSER_ALLOW_SUPERUSER=1 COMPOSER_HOME=/tmp COMPOSER_VERSION=2",
      "RUN composer --version",
      'WORKDIR /app\nENTRYPOINT ["/docker-entrypoint.sh"]\nCMD ["composer"]',
    ),
  },
];
