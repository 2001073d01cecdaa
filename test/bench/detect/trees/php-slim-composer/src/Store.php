<?php
namespace Feeds;
final class Store { public function __construct(private \MongoDB\Client $client) {} }
