<?php
$wp_version = '6.7.1';
$required_php_version = '7.2.24';
