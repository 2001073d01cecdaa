# Run beside the edge, in its network, with the server's own files at /host. Where two Caddys listen at one port, or one with
# its old configuration and its new one, the kernel deals out whoever comes between both; and who came to the one that leaves,
# and has not asked for anything yet when it closes, is cut. So it is told to have everyone go to the second of them: a filter
# of one instruction, "return 1", which stays with the port for as long as anyone listens there. Where only one does it says
# nothing. And whoever waits at a listener that closes goes over to the other.
echo 1 > /proc/sys/net/ipv4/tcp_migrate_req
if chroot /host perl -MSocket -e 1; then
  chroot /host perl - <<'END'
use Socket;
my $return_1 = pack("SCCL", 6, 0, 0, 1);
for ([AF_INET6, "tcp6", 32], [AF_INET, "tcp", 8]) {
  my ($family, $file, $digits) = @$_;
  open(my $list, "<", "/proc/net/$file") or next;
  my %ports = map { /^\s*\d+: 0{$digits}:(0050|01BB) \S+ 0A / ? (hex($1) => 1) : () } <$list>;
  for my $port (keys %ports) {
    my $at = $family == AF_INET ? pack_sockaddr_in($port, INADDR_ANY) : Socket::pack_sockaddr_in6($port, Socket::IN6ADDR_ANY);
    socket(my $socket, $family, SOCK_STREAM, 0) or die "socket: $!";
    setsockopt($socket, SOL_SOCKET, 15, pack("i", 1)) or die "SO_REUSEPORT: $!";
    bind($socket, $at) or die "bind: $!";
    listen($socket, 128) or die "listen: $!";
    setsockopt($socket, SOL_SOCKET, 51, pack("Sx6P", 1, $return_1)) or die "SO_ATTACH_REUSEPORT_CBPF: $!";
  }
}
END
else
  chroot /host python3 - <<'END'
import ctypes, re, socket, struct
return_1 = ctypes.create_string_buffer(struct.pack("HBBI", 6, 0, 0, 1))
for family, file, digits in (socket.AF_INET6, "tcp6", 32), (socket.AF_INET, "tcp", 8):
    with open("/proc/net/" + file) as lines:
        found = re.findall(r"^\s*\d+: 0{%d}:(0050|01BB) \S+ 0A " % digits, lines.read(), re.M)
    for port in set(found):
        with socket.socket(family, socket.SOCK_STREAM) as one:
            one.setsockopt(socket.SOL_SOCKET, 15, 1)
            one.bind(("::" if family == socket.AF_INET6 else "0.0.0.0", int(port, 16)))
            one.listen(128)
            one.setsockopt(socket.SOL_SOCKET, 51, struct.pack("HP", 1, ctypes.addressof(return_1)))
END
fi
