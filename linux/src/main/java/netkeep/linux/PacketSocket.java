package netkeep.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;

/// Sockets that send and take whole frames of an interface, packet(7), with the virtio net header.
public final class PacketSocket {
    /// The control message that comes with each frame, `struct tpacket_auxdata`.
    public static final int AUXDATA = 8;
    /// In a frame's status: it had a VLAN tag, which is told beside it.
    public static final int VLAN_VALID = 0x10;
    /// Octets of a ring's slot: the longest frame with its headers.
    public static final int SLOT = 17 * 4096;
    // Slots that fit in 255 pages, so that a block's 256 are nearly full.
    private static final int SLOTS_PER_BLOCK = 15;
    private static final String RIGHTS =
            "run as root, or in a user namespace of your own: unshare --user --map-root-user --net -- COMMAND";
    private static final int VLAN_PROTOCOL_VALID = 0x40;
    private static final int VLAN_PROTOCOL = 0x8100;
    private static final int ADD_MEMBERSHIP = 1;
    private static final int RX_RING = 5;
    private static final int STATISTICS = 6;
    private static final int VERSION = 10;
    private static final int VERSION_2 = 1;
    private static final int VNET_HDR = 15;
    private static final int QDISC_BYPASS = 20;
    private static final int IGNORE_OUTGOING = 23;
    private static final int PROMISCUOUS = 1;
    private static final int ALL_MULTICAST = 2;
    // ETH_P_ALL in network order.
    private static final short ALL = 0x0300;
    private static final int BUFFER = 16 << 20;

    private final int descriptor;
    private final int slots;
    private final Call call = new Call();
    private final MemorySegment statistics = Arena.ofAuto().allocate(JAVA_INT, 3);

    private PacketSocket(int descriptor, int slots) {
        this.descriptor = descriptor;
        this.slots = slots;
    }

    /// Opens a socket on an interface: every frame that arrives there, and none that leaves. Reads and writes do not
    /// wait.
    ///
    /// @param promiscuous whether frames for other hardware addresses are wanted, too
    /// @param direct      whether frames go past the interface's queue: quicker, but what the interface cannot
    ///                    finish itself is lost then
    /// @param slots       of a receive ring, rounded up to whole blocks; 0 for none
    public static PacketSocket open(int index, boolean promiscuous, boolean direct, int slots) {
        int descriptor = socket();
        try {
            // The header and the version come before the ring, the ring before the address.
            Sockets.option(descriptor, Sockets.SOL_PACKET, VNET_HDR, 1);
            Sockets.option(descriptor, Sockets.SOL_PACKET, AUXDATA, 1);
            Sockets.option(descriptor, Sockets.SOL_PACKET, IGNORE_OUTGOING, 1);
            Sockets.option(descriptor, Sockets.SOL_PACKET, QDISC_BYPASS, direct ? 1 : 0);
            Sockets.buffers(descriptor, BUFFER);
            int used = rounded(slots);
            if (used != 0) {
                ring(descriptor, used);
            }
            bind(descriptor, index);
            join(descriptor, index, ALL_MULTICAST);
            if (promiscuous) {
                join(descriptor, index, PROMISCUOUS);
            }
            return new PacketSocket(descriptor, used);
        } catch (LinuxException failure) {
            Descriptors.close(descriptor);
            throw failure;
        }
    }

    /// A socket without a ring that somebody else has opened.
    public static PacketSocket inherited(int descriptor) {
        return new PacketSocket(descriptor, 0);
    }

    public int descriptor() {
        return descriptor;
    }

    /// Slots of the receive ring, 0 without one.
    public int slots() {
        return slots;
    }

    /// Frames that were lost since the last time because we were late. Allocates nothing.
    public int lost() {
        // The kernel writes how many there were and how many were lost, then forgets both.
        long length = statistics.address() + 8;
        statistics.set(JAVA_INT, 8, 8);
        long answer = call.raw(
                Architecture.GETSOCKOPT, descriptor, Sockets.SOL_PACKET, STATISTICS, statistics.address(), length, 0);
        return answer < 0 ? 0 : statistics.get(JAVA_INT, 4);
    }

    /// The ring, mapped until the arena ends.
    public MemorySegment ring(Arena arena) {
        return Memory.shared(arena, descriptor, (long) slots * SLOT, true);
    }

    /// Switches the kernel's own IPv6 off on an interface, which would otherwise take a link-local address there, and
    /// the same as ours.
    public static void quiet(String name) {
        Path file = Path.of("/proc/sys/net/ipv6/conf", name, "disable_ipv6");
        try {
            if (Files.exists(file)) {
                Files.writeString(file, "1");
            }
        } catch (IOException failure) {
            throw new LinuxException("write " + file, Errno.EACCES, RIGHTS);
        }
    }

    /// The protocol of a VLAN tag, told beside the frame by some kernels only.
    public static int tagProtocol(int status, short told) {
        return (status & VLAN_PROTOCOL_VALID) != 0 ? Short.toUnsignedInt(told) : VLAN_PROTOCOL;
    }

    private static int socket() {
        try {
            return Sockets.socket(Sockets.AF_PACKET, Sockets.SOCK_RAW | Sockets.SOCK_NONBLOCK, 0);
        } catch (LinuxException failure) {
            throw new LinuxException("socket AF_PACKET", failure.errno(), failure.errno() == Errno.EPERM ? RIGHTS : "");
        }
    }

    private static int rounded(int slots) {
        return (slots + SLOTS_PER_BLOCK - 1) / SLOTS_PER_BLOCK * SLOTS_PER_BLOCK;
    }

    private static void ring(int descriptor, int slots) {
        Sockets.option(descriptor, Sockets.SOL_PACKET, VERSION, VERSION_2);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request =
                    arena.allocateFrom(JAVA_INT, SLOT * SLOTS_PER_BLOCK, slots / SLOTS_PER_BLOCK, SLOT, slots);
            Sockets.option(descriptor, Sockets.SOL_PACKET, RX_RING, request);
        }
    }

    /// `struct sockaddr_ll`: 0 family u16, 2 protocol u16 in network order, 4 index.
    private static void bind(int descriptor, int index) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = arena.allocate(20, Integer.BYTES);
            address.set(JAVA_SHORT, 0, (short) Sockets.AF_PACKET);
            address.set(JAVA_SHORT, 2, ALL);
            address.set(JAVA_INT, 4, index);
            Sockets.bind(descriptor, address);
        }
    }

    /// `struct packet_mreq`: 0 index, 4 type u16, 6 length u16, 8 address.
    private static void join(int descriptor, int index, int type) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = arena.allocate(16, Integer.BYTES);
            request.set(JAVA_INT, 0, index);
            request.set(JAVA_SHORT, 4, (short) type);
            Sockets.option(descriptor, Sockets.SOL_PACKET, ADD_MEMBERSHIP, request);
        }
    }
}
