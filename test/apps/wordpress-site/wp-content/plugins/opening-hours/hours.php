<?php

/** What visitors are told at an hour of the day. */
function opening_hours_sentence(int $hour): string
{
    return $hour >= 6 && $hour < 20 ? 'We are open until 20:00.' : 'We open at 6:00.';
}
