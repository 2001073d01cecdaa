<?php
// As in the official image: everything comes from WORDPRESS_… variables, or from the file that WORDPRESS_…_FILE names.
$value = static function (string $name, string $otherwise): string {
    $file = getenv("WORDPRESS_{$name}_FILE");
    if ($file !== false) {
        return rtrim(file_get_contents($file), "\r\n");
    }
    $set = getenv("WORDPRESS_$name");
    return $set === false ? $otherwise : $set;
};

define('DB_NAME', $value('DB_NAME', 'wordpress'));
define('DB_USER', $value('DB_USER', 'example username'));
define('DB_PASSWORD', $value('DB_PASSWORD', 'example password'));
define('DB_HOST', $value('DB_HOST', 'mysql'));
define('DB_CHARSET', $value('DB_CHARSET', 'utf8mb4'));
define('DB_COLLATE', $value('DB_COLLATE', ''));
foreach (['AUTH', 'SECURE_AUTH', 'LOGGED_IN', 'NONCE'] as $name) {
    define("{$name}_KEY", $value("{$name}_KEY", 'put your unique phrase here'));
    define("{$name}_SALT", $value("{$name}_SALT", 'put your unique phrase here'));
}
$table_prefix = $value('TABLE_PREFIX', 'wp_');
define('WP_DEBUG', (bool) $value('DEBUG', ''));
if (str_contains($_SERVER['HTTP_X_FORWARDED_PROTO'] ?? '', 'https')) {
    $_SERVER['HTTPS'] = 'on';
}
eval($value('CONFIG_EXTRA', ''));

if (!defined('ABSPATH')) {
    define('ABSPATH', __DIR__ . '/');
}
require_once ABSPATH . 'wp-settings.php';
