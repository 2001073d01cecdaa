<?php

declare(strict_types=1);

require __DIR__ . '/../vendor/autoload.php';

use Guestbook\Database;
use Guestbook\Guestbook;

$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
$pdo = Database::connect();

if ($path === '/health') {
    $pdo->query('SELECT 1');
    header('Content-Type: text/plain');
    echo "ok\n";
    return;
}

$guestbook = new Guestbook($pdo);
if ($_SERVER['REQUEST_METHOD'] === 'POST') {
    try {
        $guestbook->sign($_POST['name'] ?? '', $_POST['message'] ?? '');
        header('Location: /', true, 303);
    } catch (InvalidArgumentException $error) {
        http_response_code(400);
        echo htmlspecialchars($error->getMessage());
    }
    return;
}
?>
<!doctype html>
<title>Guestbook</title>
<h1>Guestbook</h1>
<form method="post"><input name="name" required placeholder="Your name"><textarea name="message" required></textarea><button>Sign</button></form>
<?php foreach ($guestbook->entries() as $entry): ?>
<p><b><?= htmlspecialchars($entry['name']) ?></b>: <?= nl2br(htmlspecialchars($entry['message'])) ?></p>
<?php endforeach ?>
