<?php
// Packs Debian's Composer and the libraries it stands on into one file that runs anywhere, as upstream's does.
$target = $argv[1];
$phar = new Phar('/tmp/composer.phar', 0, 'composer.phar');
$phar->startBuffering();
$root = '/usr/share/php';
$files = new RecursiveIteratorIterator(
    new RecursiveDirectoryIterator($root, FilesystemIterator::SKIP_DOTS | FilesystemIterator::FOLLOW_SYMLINKS)
);
foreach ($files as $file) {
    if ($file->isFile()) {
        $phar->addFile($file->getPathname(), substr($file->getPathname(), strlen('/usr/')));
    }
}
$launcher = preg_replace('/^#!.*\n/', '', file_get_contents('/usr/bin/composer'));
$phar->addFromString('bin/composer', $launcher);
$phar->setStub(<<<'STUB'
#!/usr/bin/env php
<?php
Phar::mapPhar('composer.phar');
set_include_path('phar://composer.phar/share/php' . PATH_SEPARATOR . get_include_path());
// For a PHP without the extension intl.
foreach (['Normalizer', 'Grapheme'] as $part) {
    require "phar://composer.phar/share/php/Symfony/Polyfill/Intl/$part/autoload.php";
}
require 'phar://composer.phar/bin/composer';
__HALT_COMPILER();
STUB);
$phar->stopBuffering();
copy('/tmp/composer.phar', $target);
chmod($target, 0755);
