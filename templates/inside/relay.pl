# perl -e "$(this file)" NAME=ADDRESS… [-- BEFORE… [-- AFTER…]]: run inside a container. Listens where it is said (a path, or a
# port of the loopback), and leads every connection over standard input and output, in frames: number, kind, length, bytes.
# O opens a connection (its name), D is data, E the end of what one side says, C closes it; F is a file to write (its path, a
# zero, its text); R asks to listen, and says that it does. Nothing of it stays when standard input ends.
use strict;
use warnings;
use IO::Socket::INET;
use IO::Socket::UNIX;
use IO::Select;

my (@said) = ([]);
for (@ARGV) { $_ eq '--' ? push @said, [] : push @{ $said[-1] }, $_ }
my ($wanted, $before, $after) = @said;
my (@written, %listeners, %name, %number, %socket, $last);
$SIG{PIPE} = 'IGNORE';
# what is run beside has neither end of this
open my $in,  '<&', \*STDIN  or die;
open my $out, '>&', \*STDOUT or die;
open STDIN,  '<',  '/dev/null';
open STDOUT, '>&', \*STDERR;
my $all = IO::Select->new($in);
umask 0077;

sub put {
    my ($to, $bytes) = @_;
    while (length $bytes) {
        my $written = syswrite $to, $bytes;
        return unless defined $written;
        substr $bytes, 0, $written, '';
    }
}

sub frame {
    my ($number, $kind, $bytes) = @_;
    put($out, pack('Na1N', $number, $kind, length $bytes) . $bytes);
}

sub take {
    my ($length, $bytes) = (shift, '');
    while (length $bytes < $length) {
        sysread $in, $bytes, $length - length $bytes, length $bytes or return undef;
    }
    return $bytes;
}

sub fold {
    my $one = shift;
    my $number = delete $number{$one};
    $all->remove($one);
    delete $socket{$number};
    close $one;
}

sub end {
    system @$after if $after && @$after;
    close $_ for values %socket, values %listeners;
    unlink @written;
    rmdir $_ for map { m{^(.*)/} } @written;
    exit shift;
}
$SIG{TERM} = $SIG{HUP} = $SIG{INT} = sub { end(0) };

sub open_one {
    my ($one, $address) = split /=/, shift, 2;
    my $listener;
    for (1 .. 50) {    # whoever listened there before may be leaving
        $listener =
          $address =~ m{^/}
          ? IO::Socket::UNIX->new(Local => $address, Listen => 16)
          : IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => $address, Listen => 16, ReuseAddr => 1);
        last if $listener;
        select undef, undef, undef, 0.1;
    }
    if (!$listener) { print STDERR "$address is taken: another window may lead there\n"; end(3) }
    push @written, $address if $address =~ m{^/};
    ($listeners{$one}, $name{$listener}) = ($listener, $one);
    $all->add($listener);
}

sub write_one {
    my ($path, $text) = split /\0/, shift, 2;
    my ($folder) = $path =~ m{^(.*)/};
    mkdir $folder, 0700;
    open my $file, '>:raw', $path or do { print STDERR "$path: $!\n"; end(3) };
    print $file $text;
    close $file;
    chmod 0700, $path if $text =~ /^#!/;
    push @written, $path;
}

while (1) {
    for my $one ($all->can_read) {
        if ($one == $in) {
            my $head = take(9) // end(0);
            my ($number, $kind, $length) = unpack 'Na1N', $head;
            my $bytes = take($length) // end(0);
            my $to = $socket{$number};
            if ($kind eq 'F') { write_one($bytes) }
            elsif ($kind eq 'R') {
                open_one($_) for @$wanted;
                if ($before && @$before) { system(@$before) == 0 or end(3) }
                frame(0, 'R', '');
            }
            elsif (!$to) { next }
            elsif ($kind eq 'D') { put($to, $bytes) }
            elsif ($kind eq 'E') { shutdown $to, 1 }
            elsif ($kind eq 'C') { fold($to) }
        }
        elsif (my $named = $name{$one}) {
            my $socket = $one->accept or next;
            $last++;
            ($number{$socket}, $socket{$last}) = ($last, $socket);
            $all->add($socket);
            frame($last, 'O', $named);
        }
        elsif (my $number = $number{$one}) {
            my $got = sysread $one, my $bytes, 65536;
            if ($got) { frame($number, 'D', $bytes) }
            elsif (!defined $got) { frame($number, 'C', ''); fold($one) }
            else { frame($number, 'E', ''); $all->remove($one) }
        }
    }
}
