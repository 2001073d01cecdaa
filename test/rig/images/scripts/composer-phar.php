<?php
// Packs Debian's Composer and the libraries it stands on into one file that runs anywhere, as upstream's does.
$target = $argv[1];
$phar = new Phar("$target.phar", 0, 'composer.phar');
$phar->startBuffering();
$root = '/usr/share/php';
$files = new RecursiveIteratorIterator(
    new RecursiveDirectoryIterator($root, FilesystemIterator::SKIP_DOTS | FilesystemIterator::FOLLOW_SYMLINKS)
);
foreach ($files as $file) {
    if ($file->isFile()) {
        $phar->addFile($file->getPathname(), substr($file->getPathname(), strlen($root) + 1));
    }
}
$launcher = preg_replace('/^#!.*\n/', '', file_get_contents('/usr/bin/composer'));
$launcher = str_replace(["'/usr/share/php/", '"/usr/share/php/'], ["'phar://composer.phar/", '"phar://composer.phar/'], $launcher);
$phar->addFromString('bin/composer', $launcher);
$phar->setStub(<<<'STUB'
#!/usr/bin/env php
<?php
Phar::mapPhar('composer.phar');
set_include_path('phar://composer.phar/' . PATH_SEPARATOR . get_include_path());
require 'phar://composer.phar/bin/composer';
__HALT_COMPILER();
STUB);
$phar->stopBuffering();
rename("$target.phar", $target);
chmod($target, 0755);
