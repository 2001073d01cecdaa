# perl -e "$(this file)" on|off: run inside the container. Has the PHP of this container begin, or cease, to look for a debugger
# with each request. Until it is asked to, Xdebug is not even loaded.
use strict;
use warnings;

my $file = "$ENV{PHP_INI_DIR}/conf.d/zz-sistership-debug.ini";
my $on   = $ARGV[0] eq 'on';
my $text = $on ? <<'INI' : '';
zend_extension=xdebug
xdebug.mode=debug
xdebug.start_with_request=yes
xdebug.client_host=127.0.0.1
xdebug.client_port=9003
xdebug.log_level=0
INI

sub fail { print STDERR "$_[0]\n"; exit 3 }

sub content {
    open my $one, '<', $_[0] or return '';    # it ended meanwhile, or is somebody else's
    local $/;
    return <$one> // '';
}

my $extensions = `php -n -r 'echo ini_get("extension_dir");'`;
fail('this image has no Xdebug: build it anew') if $on && !(-e "$extensions/xdebug.so" && -e $file);
exit 0 if content($file) eq $text;
open my $ini, '>', $file or fail("$file: $!");
print $ini $text;
close $ini;

my (%name, %parent);
for my $pid (map { m{(\d+)} } glob '/proc/[0-9]*') {
    ($name{$pid}, $parent{$pid}) = ($1, $2) if content("/proc/$pid/stat") =~ /^\d+ \((.*)\) \S (\d+)/s;
}
# Apache and FPM read settings again when they are asked to, and finish what they are at
sub asked { return $_[0] =~ /^(apache2|httpd)$/ ? 'USR1' : $_[0] =~ /^php-fpm/ ? 'USR2' : undef }
my ($main) = grep { asked($name{$_}) && ($name{ $parent{$_} } // '') ne $name{$_} } keys %name;
if (!$main) {
    # all else reads them when it starts: Docker starts again what ends, and this ends with it
    kill 'TERM', grep { $parent{$_} == 1 } keys %parent;
    exit 0 unless $on;
    sleep 15;
    fail('it did not end to be started again');
}
kill asked($name{$main}), $main;
exit 0 unless $on;
# those of before go when they have answered, and who kept a connection open has let go of it
my $taken;
for (1 .. 100) {
    my @all = grep { ($name{$main} eq (content("/proc/$_/comm") =~ s/\n//r)) } map { m{(\d+)} } glob '/proc/[0-9]*';
    my @with = grep { content("/proc/$_/maps") =~ /xdebug\.so/ } @all;
    $taken = @with > 0;
    last if $taken && @with == @all;
    select undef, undef, undef, 0.1;
}
fail('it did not take up Xdebug') unless $taken;
