"""memcached.py PORT ADDRESS: asks a memcached over several connections of TCP, and over UDP."""
import socket
import struct
import sys

port, address = int(sys.argv[1]), sys.argv[2]
family = socket.AF_INET6 if ":" in address else socket.AF_INET
VALUE = bytes(range(256)) * 2_000


def ask(connection, request, end):
    connection.sendall(request)
    got = b""
    while not got.endswith(end):
        octets = connection.recv(1 << 16)
        if not octets:
            break
        got += octets
    return got


connections = [socket.create_connection((address, port), 20) for _ in range(20)]
right = 0
for number, connection in enumerate(connections):
    ask(connection, b"set %d 0 0 %d\r\n%s\r\n" % (number, len(VALUE), VALUE), b"\r\n")
for number, connection in enumerate(reversed(connections)):
    got = ask(connection, b"get %d\r\n" % number, b"END\r\n")
    right += got == b"VALUE %d 0 %d\r\n%s\r\nEND\r\n" % (number, len(VALUE), VALUE)
ask(connections[0], b"set small 0 0 5\r\nhello\r\n", b"\r\n")
with socket.socket(family, socket.SOCK_DGRAM) as asked:
    asked.settimeout(20)
    asked.connect((address, port))
    # A header of its own: request, datagram, of how many, reserved.
    asked.send(struct.pack("!4H", 7, 0, 1, 0) + b"get small\r\n")
    right += asked.recv(2048) == struct.pack("!4H", 7, 0, 1, 0) + b"VALUE small 0 5\r\nhello\r\nEND\r\n"
print(right, "the same")
