<?php

declare(strict_types=1);

namespace Guestbook;

final class Guestbook
{
    public function __construct(private readonly \PDO $pdo)
    {
    }

    public function sign(string $name, string $message): void
    {
        [$name, $message] = [trim($name), trim($message)];
        if ($name === '' || $message === '') {
            throw new \InvalidArgumentException('A name and a message are needed.');
        }
        $this->pdo->prepare('INSERT INTO entries (name, message) VALUES (?, ?)')->execute([$name, $message]);
    }

    /** @return list<array{name: string, message: string}> */
    public function entries(): array
    {
        return $this->pdo->query('SELECT name, message FROM entries ORDER BY id DESC LIMIT 100')->fetchAll();
    }
}
