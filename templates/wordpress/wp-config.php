<?php
if (is_file("/app/wp-config.php")) { require "/app/wp-config.php"; return; }
// keys that nobody has set are derived from what only this site knows
foreach (["AUTH", "SECURE_AUTH", "LOGGED_IN", "NONCE"] as $name) {
    foreach (["KEY", "SALT"] as $kind) {
        if (getenv("WORDPRESS_{$name}_{$kind}") !== false) continue;
        $derived = hash_hmac("sha256", "$name $kind", (string) getenv("WORDPRESS_DB_PASSWORD"));
        putenv("WORDPRESS_{$name}_{$kind}=$derived");
    }
}
require "/var/www/wordpress/wp-config-docker.php";
