<?php

require __DIR__ . '/../hours.php';

$cases = [0 => 'We open at 6:00.', 5 => 'We open at 6:00.', 6 => 'We are open until 20:00.', 19 => 'We are open until 20:00.', 20 => 'We open at 6:00.'];
foreach ($cases as $hour => $expected) {
    $said = opening_hours_sentence($hour);
    if ($said !== $expected) {
        fwrite(STDERR, "at $hour: $said\n");
        exit(1);
    }
}
echo count($cases) . " hours\n";
