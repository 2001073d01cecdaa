<?php
require 'config.php';
$db = new mysqli(DB_HOST, DB_USER, DB_PASS, DB_NAME);
$rows = $db->query('select * from guests order by id desc');
?>
<!doctype html>
<h1>Guestbook</h1>
<?php foreach ($rows as $row): ?><p><?= htmlspecialchars($row['text']) ?></p><?php endforeach ?>
