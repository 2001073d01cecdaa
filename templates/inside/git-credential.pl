#!/usr/bin/perl
# git-credential get|store|erase: what Git asks inside is asked of the Git of the machine outside, through the relay beside it.
use strict;
use warnings;
use IO::Socket::UNIX;

my ($folder) = $0 =~ m{^(.*)/};
my $outside = IO::Socket::UNIX->new("$folder/credential") or exit 0;    # nobody leads there any more
print $outside "$ARGV[0]\n", <STDIN>;
$outside->flush;
shutdown $outside, 1;
print while <$outside>;
