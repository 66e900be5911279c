package netkeep.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// Interfaces, addresses and routes of the kernel, through rtnetlink, rtnetlink(7): what `ip` does, without it.
///
/// An object speaks for the network namespace in which its thread was when it made it, wherever the thread is later. It
/// waits for each answer, so nothing here belongs on a data path.
public final class Netlink implements AutoCloseable {
    private static final int NETLINK_ROUTE = 0;
    private static final int SOL_NETLINK = 270;
    private static final int NETLINK_EXT_ACK = 11;
    private static final int NEW_LINK = 16;
    private static final int DELETE_LINK = 17;
    private static final int GET_LINK = 18;
    private static final int NEW_ADDRESS = 20;
    private static final int NEW_ROUTE = 24;
    private static final int ERROR = 2;
    private static final int CAPPED = 0x100;
    private static final int IFLA_ADDRESS = 1;
    private static final int IFLA_IFNAME = 3;
    private static final int IFLA_MTU = 4;
    private static final int IFLA_TXQLEN = 13;
    private static final int IFLA_LINKINFO = 18;
    private static final int IFLA_NET_NS_FD = 28;
    private static final int IFLA_INFO_KIND = 1;
    private static final int IFLA_INFO_DATA = 2;
    private static final int VETH_INFO_PEER = 1;
    private static final int IFA_ADDRESS = 1;
    private static final int IFA_LOCAL = 2;
    private static final int IFA_FLAGS = 8;
    private static final int IFA_F_NODAD = 2;
    private static final int RTA_DST = 1;
    private static final int RTA_OIF = 4;
    private static final int RTA_GATEWAY = 5;
    private static final int MAIN = 254;
    private static final int STATIC = 4;
    private static final int SCOPE_LINK = 253;
    private static final int UNICAST = 1;
    private static final int IFF_UP = 1;
    private static final int IFF_LOOPBACK = 8;
    private static final int ANSWER = 1 << 16;

    private final Call call = new Call();
    private final int descriptor;
    private int sequence;

    /// Speaks for the network namespace of the calling thread.
    public Netlink() {
        descriptor = Sockets.socket(Sockets.AF_NETLINK, Sockets.SOCK_RAW, NETLINK_ROUTE);
        Sockets.option(descriptor, SOL_NETLINK, NETLINK_EXT_ACK, 1);
    }

    /// An interface, as it was when asked.
    ///
    /// @param mac         48 bits, 0 for one without
    /// @param mtu         octets of an IP packet
    /// @param flags       `IFF_*`
    /// @param queueLength packets that its queue holds
    public record Interface(int index, String name, long mac, int mtu, int flags, int queueLength) {
        public boolean up() {
            return (flags & IFF_UP) != 0;
        }

        public boolean loopback() {
            return (flags & IFF_LOOPBACK) != 0;
        }
    }

    /// The interface of this name, if there is one.
    public Optional<Interface> find(String name) {
        try (Arena arena = Arena.ofConfined()) {
            NetlinkMessage message = new NetlinkMessage(arena, GET_LINK, 0)
                    .interfaceHeader(0, 0, 0)
                    .attribute(IFLA_IFNAME, name);
            return found(arena, message, "RTM_GETLINK " + name);
        }
    }

    /// The interface of this index, if there is one.
    public Optional<Interface> find(int index) {
        try (Arena arena = Arena.ofConfined()) {
            NetlinkMessage message = new NetlinkMessage(arena, GET_LINK, 0).interfaceHeader(index, 0, 0);
            return found(arena, message, "RTM_GETLINK " + index);
        }
    }

    public void up(int index) {
        flags(index, IFF_UP, "up");
    }

    public void down(int index) {
        flags(index, 0, "down");
    }

    /// @param mtu octets of an IP packet
    public void mtu(int index, int mtu) {
        set(index, IFLA_MTU, mtu, "mtu " + mtu);
    }

    /// @param packets that the interface's queue holds
    public void queueLength(int index, int packets) {
        set(index, IFLA_TXQLEN, packets, "txqueuelen " + packets);
    }

    public void mac(int index, long mac) {
        byte[] octets = new byte[6];
        for (int octet = 0; octet < 6; octet++) {
            octets[octet] = (byte) (mac >>> 40 - 8 * octet);
        }
        try (Arena arena = Arena.ofConfined()) {
            ask(
                    arena,
                    new NetlinkMessage(arena, NEW_LINK, 0)
                            .interfaceHeader(index, 0, 0)
                            .attribute(IFLA_ADDRESS, octets),
                    "set mac of interface " + index);
        }
    }

    /// Gives an interface an address; one of IPv6 at once, without looking for duplicates.
    ///
    /// @param address 4 or 16 octets
    public void address(int index, byte[] address, int prefix) {
        try (Arena arena = Arena.ofConfined()) {
            NetlinkMessage message = new NetlinkMessage(
                            arena, NEW_ADDRESS, NetlinkMessage.CREATE | NetlinkMessage.EXCLUSIVE)
                    .octets(family(address), prefix, 0, 0)
                    .word(index)
                    .attribute(IFA_LOCAL, address)
                    .attribute(IFA_ADDRESS, address);
            if (address.length == 16) {
                message.attribute(IFA_FLAGS, IFA_F_NODAD);
            }
            ask(arena, message, "add an address to interface " + index);
        }
    }

    /// Adds a route to `destination` out of an interface.
    ///
    /// @param destination 4 or 16 octets
    /// @param gateway     as many, or none for a destination on the link itself
    public void route(byte[] destination, int prefix, byte[] gateway, int index) {
        try (Arena arena = Arena.ofConfined()) {
            NetlinkMessage message = new NetlinkMessage(arena, NEW_ROUTE, NetlinkMessage.CREATE)
                    .octets(family(destination), prefix, 0, 0)
                    .octets(MAIN, STATIC, gateway.length == 0 ? SCOPE_LINK : 0, UNICAST)
                    .word(0);
            if (prefix != 0) {
                message.attribute(RTA_DST, destination);
            }
            if (gateway.length != 0) {
                message.attribute(RTA_GATEWAY, gateway);
            }
            ask(arena, message.attribute(RTA_OIF, index), "add a route");
        }
    }

    /// Makes two interfaces that are joined by a wire.
    public void veth(String name, String peer) {
        try (Arena arena = Arena.ofConfined()) {
            NetlinkMessage message = new NetlinkMessage(
                            arena, NEW_LINK, NetlinkMessage.CREATE | NetlinkMessage.EXCLUSIVE)
                    .interfaceHeader(0, 0, 0)
                    .attribute(IFLA_IFNAME, name);
            long info = message.begin(IFLA_LINKINFO);
            message.attribute(IFLA_INFO_KIND, "veth");
            long data = message.begin(IFLA_INFO_DATA);
            long other = message.begin(VETH_INFO_PEER);
            message.interfaceHeader(0, 0, 0).attribute(IFLA_IFNAME, peer);
            message.end(other).end(data).end(info);
            ask(arena, message, "add veth " + name);
        }
    }

    /// Moves an interface to another network namespace, where it is down and has no address.
    ///
    /// @param namespace a descriptor of it
    public void move(int index, int namespace) {
        set(index, IFLA_NET_NS_FD, namespace, "netns");
    }

    /// Deletes an interface, and the other end of its wire with it.
    public void delete(int index) {
        try (Arena arena = Arena.ofConfined()) {
            ask(
                    arena,
                    new NetlinkMessage(arena, DELETE_LINK, 0).interfaceHeader(index, 0, 0),
                    "delete interface " + index);
        }
    }

    @Override
    public void close() {
        Descriptors.close(descriptor);
    }

    private static int family(byte[] address) {
        return switch (address.length) {
            case 4 -> Sockets.AF_INET;
            case 16 -> Sockets.AF_INET6;
            default -> throw new IllegalArgumentException("address of " + address.length + " octets");
        };
    }

    private void flags(int index, int flags, String what) {
        try (Arena arena = Arena.ofConfined()) {
            ask(
                    arena,
                    new NetlinkMessage(arena, NEW_LINK, 0).interfaceHeader(index, flags, IFF_UP),
                    "set interface " + index + " " + what);
        }
    }

    private void set(int index, int attribute, int value, String what) {
        try (Arena arena = Arena.ofConfined()) {
            ask(
                    arena,
                    new NetlinkMessage(arena, NEW_LINK, 0)
                            .interfaceHeader(index, 0, 0)
                            .attribute(attribute, value),
                    "set " + what + " of interface " + index);
        }
    }

    private Optional<Interface> found(Arena arena, NetlinkMessage message, String what) {
        try {
            return Optional.of(parse(ask(arena, message, what)));
        } catch (LinuxException failure) {
            if (failure.errno() == Errno.ENODEV) {
                return Optional.empty();
            }
            throw failure;
        }
    }

    /// Sends a request and waits until it is acknowledged.
    ///
    /// @return what came before the acknowledgment: a message, or nothing
    private MemorySegment ask(Arena arena, NetlinkMessage message, String what) {
        sequence++;
        MemorySegment request = message.sealed(sequence);
        LinuxException.check(call.write(descriptor, request, 0, (int) request.byteSize()), what);
        MemorySegment answer = MemorySegment.NULL;
        while (true) {
            MemorySegment buffer = arena.allocate(ANSWER, Long.BYTES);
            int end = (int) LinuxException.check(call.read(descriptor, buffer, 0, ANSWER), what);
            for (long at = 0; at + NetlinkMessage.HEADER <= end; ) {
                long length = buffer.get(JAVA_INT_UNALIGNED, at);
                if (length < NetlinkMessage.HEADER || length > end - at) {
                    break;
                }
                MemorySegment one = buffer.asSlice(at, length);
                if (one.get(JAVA_INT_UNALIGNED, 8) == sequence) {
                    if (one.get(JAVA_SHORT_UNALIGNED, 4) == ERROR) {
                        acknowledged(one, what);
                        return answer;
                    }
                    answer = one;
                }
                at += length + 3 & -4;
            }
        }
    }

    /// @throws LinuxException if the message says that the request failed, in the kernel's own words if it has any
    private static void acknowledged(MemorySegment error, String what) {
        int errno = -error.get(JAVA_INT_UNALIGNED, NetlinkMessage.HEADER);
        if (errno == 0) {
            return;
        }
        String advice = errno == Errno.EPERM ? "run as root (CAP_NET_ADMIN in this network namespace)" : "";
        boolean capped = (error.get(JAVA_SHORT_UNALIGNED, 6) & CAPPED) != 0;
        long told = NetlinkMessage.HEADER + 4;
        long attributes = told + (capped ? NetlinkMessage.HEADER : error.get(JAVA_INT_UNALIGNED, told) + 3 & -4);
        for (long at = attributes; at + 4 <= error.byteSize(); ) {
            int length = Short.toUnsignedInt(error.get(JAVA_SHORT_UNALIGNED, at));
            if (length < 4 || length > error.byteSize() - at) {
                break;
            }
            // NLMSGERR_ATTR_MSG
            if (error.get(JAVA_SHORT_UNALIGNED, at + 2) == 1 && advice.isEmpty()) {
                advice = error.getString(at + 4, StandardCharsets.UTF_8);
            }
            at += length + 3 & -4;
        }
        throw new LinuxException(what, errno, advice);
    }

    private static Interface parse(MemorySegment message) {
        int index = message.get(JAVA_INT_UNALIGNED, NetlinkMessage.HEADER + 4);
        int flags = message.get(JAVA_INT_UNALIGNED, NetlinkMessage.HEADER + 8);
        String name = "";
        long mac = 0;
        int mtu = 0;
        int queueLength = 0;
        for (long at = NetlinkMessage.HEADER + 16; at + 4 <= message.byteSize(); ) {
            int length = Short.toUnsignedInt(message.get(JAVA_SHORT_UNALIGNED, at));
            if (length < 4 || length > message.byteSize() - at) {
                break;
            }
            switch (message.get(JAVA_SHORT_UNALIGNED, at + 2)) {
                case IFLA_IFNAME -> name = message.getString(at + 4, StandardCharsets.US_ASCII);
                case IFLA_ADDRESS -> mac = length == 10 ? mac(message, at + 4) : 0;
                case IFLA_MTU -> mtu = message.get(JAVA_INT_UNALIGNED, at + 4);
                case IFLA_TXQLEN -> queueLength = message.get(JAVA_INT_UNALIGNED, at + 4);
                default -> {}
            }
            at += length + 3 & -4;
        }
        return new Interface(index, name, mac, mtu, flags, queueLength);
    }

    private static long mac(MemorySegment message, long at) {
        long mac = 0;
        for (int octet = 0; octet < 6; octet++) {
            mac = mac << 8 | Byte.toUnsignedLong(message.get(JAVA_BYTE, at + octet));
        }
        return mac;
    }
}
