# perl -e "$(this file)" PORT [look]: run inside the container. Finds the process of Go that serves at PORT (0: the one that does
# the work), has Delve take hold of it, and leads standard input and output there.
use strict;
use warnings;
use IO::Socket::UNIX;
use IO::Select;

my ($served, $look) = @ARGV;

sub fail { print STDERR "$_[0]\n"; exit 3 }

sub content {
    open my $file, '<:raw', $_[0] or return '';    # it ended meanwhile, or is somebody else's
    local $/;
    return <$file> // '';
}

# Processes of Go, but for its own tools, by their parents.
sub running {
    my %parents;
    for my $pid (map { m{(\d+)} } glob '/proc/[0-9]*') {
        my $exe = readlink "/proc/$pid/exe" or next;
        next if $exe =~ m{^/usr/local/go/|/(dlv|gopls)$};
        next if index(content("/proc/$pid/exe"), "\xff Go buildinf:") < 0;
        $parents{$pid} = $1 if content("/proc/$pid/stat") =~ /.*\) \S (\d+)/s;
    }
    return %parents;
}

sub sockets {
    my $hex = sprintf ':%04X', shift;
    return map { my @w = split; ($w[1] // '') =~ /\Q$hex\E$/ && $w[3] eq '0A' ? "socket:[$w[9]]" : () }
        map { split /\n/, content($_) } '/proc/net/tcp', '/proc/net/tcp6';
}

sub holds {
    my ($pid, $names) = @_;
    return grep { $names->{ readlink($_) // '' } } glob "/proc/$pid/fd/*";
}

sub find {
    my %parents = running();
    my %names   = map { $_ => 1 } $served ? sockets($served) : ();
    my @pool    = grep { holds($_, \%names) } keys %parents;
    return (sort { $a <=> $b } @pool)[-1] if $served;
    my %above = map { $_ => 1 } values %parents;    # who starts another is not the one that does the work
    return (sort { $a <=> $b } grep { !$above{$_} } keys %parents)[-1];
}

my $found;
for (1 .. 150) {
    last if $found = find();
    select undef, undef, undef, 0.1;
}
fail('no Go process is there' . ($served ? " that listens at $served" : '')) unless $found;
fail('it was built without what debuggers read: leave -s and -w out of its -ldflags')
    if content("/proc/$found/exe") !~ /\.z?debug_info/;
fail('this image has no Delve: build it anew') unless -x '/usr/local/bin/dlv';
exit 0 if $look;

my $path  = "/tmp/sistership-debug-$$";
my $delve = fork // fail("$!");
if (!$delve) {
    open STDIN,  '<',  '/dev/null';
    open STDOUT, '>&', \*STDERR;
    $ENV{HOME} = '/root';
    exec '/usr/local/bin/dlv', 'attach', $found, '--headless', "--listen=unix:$path", '--api-version=2', '--check-go-version=false';
}
my $socket;
for (1 .. 300) {
    last if $socket = IO::Socket::UNIX->new($path);
    fail('Delve could not take hold of it') if waitpid($delve, 1) != 0;
    select undef, undef, undef, 0.05;
}
fail('Delve does not answer') unless $socket;

# Delve lets go of the process when its client goes: killed, it would leave breakpoints behind that nobody answers.
$SIG{PIPE} = 'IGNORE';
my %to   = (fileno(STDIN) => $socket, fileno($socket) => \*STDOUT);
my $from = IO::Select->new(\*STDIN, $socket);
LEAD: while (1) {
    for my $one ($from->can_read) {
        last LEAD unless sysread $one, my $bytes, 65536;
        my $out = $to{ fileno $one };
        while (length $bytes) {
            my $written = syswrite $out, $bytes;
            last LEAD unless defined $written;
            substr $bytes, 0, $written, '';
        }
    }
}
close $socket;
waitpid $delve, 0;
unlink $path;
