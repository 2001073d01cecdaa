<?php
/**
 * Plugin Name: Opening hours
 * Description: [opening_hours] says whether the harbour is open.
 * Version: 1.0
 */

require_once __DIR__ . '/hours.php';

add_shortcode('opening_hours', function () {
    return '<p>' . esc_html(opening_hours_sentence((int) current_time('G'))) . '</p>';
});
