<?php
return [
    'default' => env('DB_CONNECTION', 'sqlite'),
    'connections' => [
        'sqlite' => ['driver' => 'sqlite', 'database' => env('DB_DATABASE', database_path('database.sqlite'))],
        'mysql' => ['driver' => 'mysql', 'host' => env('DB_HOST', '127.0.0.1')],
        'pgsql' => ['driver' => 'pgsql', 'host' => env('DB_HOST', '127.0.0.1')],
    ],
    'redis' => ['client' => env('REDIS_CLIENT', 'phpredis')],
];
