#!/usr/bin/perl
# delay DEVICE MARK MS: makes a tunnel device, holds back each IPv4 packet that is sent into it, and sends it on, marked.
use strict;
use warnings;
use Config;
use Fcntl;
use Socket;

my ($device, $mark, $ms) = @ARGV;
my $delay = $ms / 1000;

sysopen(my $tunnel, "/dev/net/tun", O_RDWR) or die "/dev/net/tun: $!\n";
ioctl($tunnel, 0x400454ca, pack("a16 s x22", $device, 0x1001)) or die "$device: $!\n"; # TUNSETIFF: IFF_TUN | IFF_NO_PI
socket(my $out, PF_INET, SOCK_RAW, 255) or die "raw socket: $!\n";                     # IPPROTO_RAW: with headers
setsockopt($out, SOL_SOCKET, 36, pack("i", $mark)) or die "mark: $!\n";                # SO_MARK

# Whoever started this may go on: the device is there.
exit 0 if fork;
open($_, "+<", "/dev/null") for *STDIN, *STDOUT, *STDERR;

my @waiting; # [when it is due, packet], in order
my $readable = "";
vec($readable, fileno($tunnel), 1) = 1;

while (1) {
  my $wait = @waiting ? $waiting[0][0] - now() : undef;
  $wait = 0 if defined $wait && $wait < 0;
  if (select(my $ready = $readable, undef, undef, $wait) > 0) {
    my $read = sysread($tunnel, my $packet, 65536);
    exit 0 unless $read; # the device was taken away
    push @waiting, [now() + $delay, $packet] if vec($packet, 0, 8) >> 4 == 4;
  }
  while (@waiting && $waiting[0][0] <= now()) {
    my $packet = (shift @waiting)->[1];
    my $to = substr($packet, 16, 4);
    send($out, $packet, 0, pack_sockaddr_in(0, $to)); # lost, if the network is cut
  }
}

# perl-base has no Time::HiRes: clock_gettime(CLOCK_MONOTONIC) by its number.
sub now {
  my $time = pack("q2", 0, 0);
  syscall($Config{archname} =~ /aarch64/ ? 113 : 228, 1, $time);
  my ($seconds, $nanoseconds) = unpack("q2", $time);
  return $seconds + $nanoseconds / 1e9;
}
