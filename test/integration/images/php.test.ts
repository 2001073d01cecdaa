import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { run } from "../../../src/engine/process/index.ts";
import { runContainer, runOnce } from "../../rig/docker/container.ts";
import { type Engine, engine } from "../../rig/docker/engine.ts";
import { labelArgs } from "../../rig/docker/labels.ts";
import { image } from "../../rig/images/image.ts";

let docker: Engine;
before(async () => {
  docker = await engine();
});
const sh = (reference: string, script: string, ...options: string[]) =>
  runOnce(docker, reference, ["sh", "-euc", script], options);

describe("php:8.2-apache", () => {
  const reference = "php:8.2-apache";
  before(() => image(reference, { engine: docker }));

  test("serves /var/www/html as www-data, heeds .htaccess, logs to the container, stops when told", async () => {
    await using web = await runContainer(docker, {
      image: reference,
      files: {
        "/var/www/html/index.php":
          "<?php echo 'served by ', posix_getpwuid(posix_geteuid())['name'], ' ', getenv('COLOUR');",
        "/var/www/html/.htaccess": "RewriteEngine on\nRewriteRule ^pretty$ index.php\n",
        "/usr/local/etc/php/conf.d/own.ini": "memory_limit = 42M\n",
        "/var/www/html/limit.php": "<?php echo ini_get('memory_limit');",
      },
      env: { COLOUR: "blue" },
      ports: [80],
      command: ["sh", "-c", "a2enmod -q rewrite && exec apache2-foreground"],
    });
    await web.says(/resuming normal operations/);
    const url = `http://${await web.address(80)}`;
    assert.equal(await (await fetch(`${url}/`)).text(), "served by www-data blue");
    assert.equal(await (await fetch(`${url}/pretty`)).text(), "served by www-data blue");
    assert.equal(await (await fetch(`${url}/limit.php`)).text(), "42M");
    assert.equal((await fetch(`${url}/nothing`)).status, 404);
    await web.says(/GET \/nothing HTTP\/1.1" 404/);
    const { code, ms } = await web.stop();
    assert.equal(code, 0);
    assert.ok(ms < 8000, `it took ${Math.round(ms)} ms to stop`);
  });
});

describe("php:8.2-fpm", () => {
  const reference = "php:8.2-fpm";
  before(() => image(reference, { engine: docker }));

  test("answers FastCGI on port 9000 as www-data with the container's variables, stops when told", async () => {
    await image("nginx:1.26", { engine: docker });
    await using fpm = await runContainer(docker, {
      image: reference,
      files: {
        "/var/www/html/index.php": "<?php echo php_sapi_name(), ' ', posix_geteuid(), ' ', getenv('COLOUR');",
      },
      env: { COLOUR: "green" },
    });
    await fpm.says(/ready to handle connections/);
    await using web = await runContainer(docker, {
      image: "nginx:1.26",
      options: ["--network", `container:${fpm.name}`],
      files: {
        "/etc/nginx/conf.d/default.conf":
          "server { listen 80; location / { include fastcgi_params; fastcgi_param SCRIPT_FILENAME /var/www/html/index.php; fastcgi_pass 127.0.0.1:9000; } }",
      },
    });
    await web.says(/start worker process/);
    assert.equal((await web.exec(["curl", "-s", "http://127.0.0.1/"])).stdout.trim(), "fpm-fcgi 33 green");
    const { code, ms } = await fpm.stop();
    assert.equal(code, 0);
    assert.ok(ms < 8000, `it took ${Math.round(ms)} ms to stop`);
  });
});

describe("php:8.2-cli", () => {
  const reference = "php:8.2-cli";
  before(() => image(reference, { engine: docker }));

  test("has what the official one has built in, and nothing more", async () => {
    const modules = (await sh(reference, "php -m")).toLowerCase().split("\n");
    for (const name of [
      "curl",
      "mbstring",
      "openssl",
      "pdo_sqlite",
      "sodium",
      "tokenizer",
      "xmlwriter",
      "zlib",
    ]) {
      assert.ok(modules.includes(name), name);
    }
    for (const name of ["pdo_mysql", "mysqli", "pgsql", "gd", "intl", "exif", "sockets", "zip"]) {
      assert.ok(!modules.includes(name), name);
    }
    assert.match(await runOnce(docker, reference, ["-v"]), /^PHP 8\.2/);
  });

  test("installs extensions in a Dockerfile, those that were asked for and no others", async () => {
    const dockerfile = `FROM ${reference}
RUN docker-php-ext-configure gd --with-jpeg && docker-php-ext-install -j2 pdo_mysql gd exif bcmath intl
RUN pecl install redis && docker-php-ext-enable redis
RUN mv "$PHP_INI_DIR/php.ini-production" "$PHP_INI_DIR/php.ini"
`;
    const args = ["build", "--quiet", ...labelArgs(), "-"];
    const id = (await run({ program: "docker", args, env: docker.env, input: dockerfile })).stdout.trim();
    try {
      const modules = (await sh(id, "php -m")).split("\n");
      for (const name of ["pdo_mysql", "gd", "exif", "bcmath", "intl", "redis"])
        assert.ok(modules.includes(name), name);
      assert.ok(!modules.includes("mysqli"), "mysqli was not asked for");
      assert.match(
        await sh(id, "php --ini"),
        /Loaded Configuration File: +\/usr\/local\/etc\/php\/php.ini|cli\/php.ini/,
      );
    } finally {
      await run({ program: "docker", args: ["image", "rm", "--force", id], env: docker.env });
    }
  });

  test("refuses what is no extension", async () => {
    await assert.rejects(sh(reference, "docker-php-ext-install nonsense"), /nonsense is no extension/);
    await assert.rejects(sh(reference, "docker-php-ext-enable pdo_mysql"), /pdo_mysql is not installed/);
  });
});

describe("composer:2", () => {
  before(() => image("composer:2", { engine: docker }));
  const project = `{"name":"acme/shop","require":{"php":">=8.1","acme/lib":"*"},"repositories":[{"packagist.org":false},{"type":"path","url":"lib"}]}`;
  const install = `mkdir -p /tmp/p/lib && cd /tmp/p && echo '${project}' > composer.json
echo '{"name":"acme/lib","version":"1.0.0","autoload":{"psr-4":{"Lib\\\\\\\\":""}}}' > lib/composer.json
echo '<?php namespace Lib; class Hello { const WORD = "hello"; }' > lib/Hello.php
composer install --quiet && php -r 'require "vendor/autoload.php"; echo Lib\\Hello::WORD;'`;

  test("installs a project, called as a program or as the image's command", async () => {
    assert.match(await runOnce(docker, "composer:2", ["--version"]), /Composer.* 2\./);
    assert.match(await runOnce(docker, "composer:2", ["about"]), /Dependency Manager/);
    assert.equal(await sh("composer:2", install), "hello");
  });

  test("is one file that others take along", async () => {
    await image("php:8.2-fpm", { engine: docker });
    const dockerfile = "FROM php:8.2-fpm\nCOPY --from=composer:2 /usr/bin/composer /usr/bin/composer\n";
    const args = ["build", "--quiet", ...labelArgs(), "-"];
    const id = (await run({ program: "docker", args, env: docker.env, input: dockerfile })).stdout.trim();
    try {
      assert.equal(await sh(id, install), "hello");
    } finally {
      await run({ program: "docker", args: ["image", "rm", "--force", id], env: docker.env });
    }
  });
});
