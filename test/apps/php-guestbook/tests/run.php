<?php

declare(strict_types=1);

require __DIR__ . '/../vendor/autoload.php';

use Guestbook\Database;
use Guestbook\Guestbook;

function check(bool $holds, string $what): void
{
    if (!$holds) {
        fwrite(STDERR, "FAILED: $what\n");
        exit(1);
    }
    echo "ok: $what\n";
}

$pdo = Database::connect();
Database::migrate($pdo);
$pdo->beginTransaction();
$guestbook = new Guestbook($pdo);

$guestbook->sign(' Ada ', 'Grüße');
check($guestbook->entries()[0] === ['name' => 'Ada', 'message' => 'Grüße'], 'the newest entry comes first, trimmed');

try {
    $guestbook->sign('', 'nobody');
    check(false, 'an entry without a name is refused');
} catch (InvalidArgumentException) {
    check(true, 'an entry without a name is refused');
}
$pdo->rollBack();
