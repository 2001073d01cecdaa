<?php
use Roots\WPConfig\Config;
Config::define('DB_NAME', env('DB_NAME'));
Config::define('DB_HOST', env('DB_HOST') ?: 'localhost');
