package netkeep.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/// Sockets of the kernel, as far as Netkeep needs them: AF_PACKET, AF_NETLINK, AF_UNIX.
public final class Sockets {
    public static final int AF_UNIX = 1;
    public static final int AF_INET = 2;
    public static final int AF_INET6 = 10;
    public static final int AF_NETLINK = 16;
    public static final int AF_PACKET = 17;
    public static final int SOCK_STREAM = 1;
    public static final int SOCK_DGRAM = 2;
    public static final int SOCK_RAW = 3;
    public static final int SOCK_SEQPACKET = 5;
    public static final int SOCK_NONBLOCK = 0x800;
    public static final int SOL_SOCKET = 1;
    public static final int SOL_PACKET = 263;
    public static final int SO_SNDBUF = 7;
    public static final int SO_RCVBUF = 8;
    public static final int SO_SNDBUFFORCE = 32;
    public static final int SO_RCVBUFFORCE = 33;
    public static final int SCM_RIGHTS = 1;
    public static final int MSG_TRUNC = 0x20;
    public static final int MSG_NOSIGNAL = 0x4000;
    public static final int MSG_DONTWAIT = 0x40;
    public static final int MSG_CMSG_CLOEXEC = 0x40000000;

    private static final int SOCK_CLOEXEC = 0x80000;
    private static final int SHUT_RDWR = 2;
    private static final int SO_DOMAIN = 39;
    private static final int SO_PEERCRED = 17;
    private static final int SO_MEMINFO = 55;
    private static final int WMEM_ALLOC = 2;
    private static final int SNDBUF = 3;
    private static final int PATH = 2;
    private static final int PATH_LENGTH = 108;

    private Sockets() {}

    /// A new socket, closed on exec.
    public static int socket(int family, int type, int protocol) {
        long answer = Call.own().raw(Architecture.SOCKET, family, type | SOCK_CLOEXEC, protocol, 0, 0, 0);
        return (int) LinuxException.check(answer, "socket of family " + family);
    }

    /// Two sockets that are joined, of AF_UNIX, closed on exec.
    public static int[] pair(int type) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment both = arena.allocate(JAVA_INT, 2);
            LinuxException.check(
                    Call.own().raw(Architecture.SOCKETPAIR, AF_UNIX, type | SOCK_CLOEXEC, 0, both.address(), 0, 0),
                    "socketpair");
            return both.toArray(JAVA_INT);
        }
    }

    /// @param address a `struct sockaddr`, whole, native
    public static void bind(int descriptor, MemorySegment address) {
        long at = Call.address(address, 0, address.byteSize());
        LinuxException.check(Call.own().raw(Architecture.BIND, descriptor, at, address.byteSize(), 0, 0, 0), "bind");
    }

    /// The `struct sockaddr_un` of a path.
    ///
    /// @throws IllegalArgumentException if the path has more than 107 octets
    public static MemorySegment unixAddress(Arena arena, String path) {
        byte[] octets = path.getBytes(StandardCharsets.UTF_8);
        if (octets.length >= PATH_LENGTH) {
            throw new IllegalArgumentException("path " + path + ": a UNIX socket's has 107 octets at most");
        }
        MemorySegment address = arena.allocate(PATH + PATH_LENGTH, Long.BYTES);
        address.set(JAVA_SHORT, 0, (short) AF_UNIX);
        MemorySegment.copy(octets, 0, address, JAVA_BYTE, PATH, octets.length);
        return address;
    }

    /// The `struct sockaddr_un` of a name that is no path: unix(7) calls it abstract.
    ///
    /// @throws IllegalArgumentException if the name has more than 107 octets
    public static MemorySegment abstractAddress(Arena arena, String name) {
        // Its first octet is zero, and its length is what the address has.
        MemorySegment path = unixAddress(arena, "@" + name);
        path.set(JAVA_BYTE, PATH, (byte) 0);
        return path.asSlice(0, PATH + 1 + name.getBytes(StandardCharsets.UTF_8).length);
    }

    /// @param address as for [#bind]
    public static void connect(int descriptor, MemorySegment address) {
        long at = Call.address(address, 0, address.byteSize());
        LinuxException.check(
                Call.own().raw(Architecture.CONNECT, descriptor, at, address.byteSize(), 0, 0, 0), "connect");
    }

    public static void listen(int descriptor, int backlog) {
        LinuxException.check(Call.own().raw(Architecture.LISTEN, descriptor, backlog, 0, 0, 0, 0), "listen");
    }

    /// The next connection, closed on exec.
    ///
    /// @return its descriptor, or `-errno`
    public static int accept(int descriptor) {
        return (int) Call.own().raw(Architecture.ACCEPT4, descriptor, 0, 0, SOCK_CLOEXEC, 0, 0);
    }

    /// Ends a connection both ways. Harmless where the other end has done so.
    public static void shutdown(int descriptor) {
        LinuxException.check(Call.own().raw(Architecture.SHUTDOWN, descriptor, SHUT_RDWR, 0, 0, 0, 0), "shutdown");
    }

    /// The process at the other end of a UNIX socket, as the kernel saw it connect.
    public static int peerProcess(int descriptor) {
        return credential(descriptor, 0);
    }

    /// The user at the other end of a UNIX socket.
    public static int peerUser(int descriptor) {
        return credential(descriptor, Integer.BYTES);
    }

    private static int credential(int descriptor, long at) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment credentials = arena.allocate(JAVA_INT, 3);
            readOption(descriptor, SOL_SOCKET, SO_PEERCRED, credentials);
            return credentials.get(JAVA_INT, at);
        }
    }

    /// Whether this is a UNIX socket. Whatever else it is, nobody is asked but this kernel.
    public static boolean isUnix(int descriptor) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment domain = arena.allocate(JAVA_INT);
            readOption(descriptor, SOL_SOCKET, SO_DOMAIN, domain);
            return domain.get(JAVA_INT, 0) == AF_UNIX;
        } catch (LinuxException noSocket) {
            return false;
        }
    }

    /// Octets of memory that hold what was sent over a UNIX socket and not received yet, descriptors with it.
    public static int unread(int descriptor) {
        return amount(descriptor, WMEM_ALLOC);
    }

    /// Octets of which [#unread] may be.
    public static int sendBuffer(int descriptor) {
        return amount(descriptor, SNDBUF);
    }

    private static int amount(int descriptor, int which) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment amounts = arena.allocate(JAVA_INT, which + 1);
            readOption(descriptor, SOL_SOCKET, SO_MEMINFO, amounts);
            return amounts.getAtIndex(JAVA_INT, which);
        }
    }

    /// Sets an option whose value is an int.
    public static void option(int descriptor, int level, int option, int value) {
        try (Arena arena = Arena.ofConfined()) {
            long at = arena.allocateFrom(JAVA_INT, value).address();
            LinuxException.check(
                    Call.own().raw(Architecture.SETSOCKOPT, descriptor, level, option, at, 4, 0),
                    "setsockopt " + level + " " + option);
        }
    }

    /// Sets an option whose value is any memory.
    public static void option(int descriptor, int level, int option, MemorySegment value) {
        long at = Call.address(value, 0, value.byteSize());
        LinuxException.check(
                Call.own().raw(Architecture.SETSOCKOPT, descriptor, level, option, at, value.byteSize(), 0),
                "setsockopt " + level + " " + option);
    }

    /// Reads an option to `value`.
    ///
    /// @return octets of it
    public static int readOption(int descriptor, int level, int option, MemorySegment value) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment length = arena.allocateFrom(JAVA_INT, (int) value.byteSize());
            long at = Call.writable(value, 0, value.byteSize());
            LinuxException.check(
                    Call.own().raw(Architecture.GETSOCKOPT, descriptor, level, option, at, length.address(), 0),
                    "getsockopt " + level + " " + option);
            return length.get(JAVA_INT, 0);
        }
    }

    /// Asks for buffers of `length` octets, beyond the system's limit where we may. It is a wish: the kernel
    /// gives what it allows.
    public static void buffers(int descriptor, int length) {
        wish(descriptor, SO_RCVBUFFORCE, SO_RCVBUF, length);
        wish(descriptor, SO_SNDBUFFORCE, SO_SNDBUF, length);
    }

    private static void wish(int descriptor, int force, int plain, int length) {
        try {
            option(descriptor, SOL_SOCKET, force, length);
        } catch (LinuxException notAllowed) {
            // Without CAP_NET_ADMIN over the first user namespace: as much as net.core.*mem_max gives.
            option(descriptor, SOL_SOCKET, plain, length);
        }
    }
}
