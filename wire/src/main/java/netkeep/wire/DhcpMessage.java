package netkeep.wire;

import static netkeep.wire.Octets.u16;
import static netkeep.wire.Octets.u32;
import static netkeep.wire.Octets.u48;
import static netkeep.wire.Octets.u8;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// A message of DHCP for IPv4, RFC 2131 §2, with its options, RFC 2132.
///
/// ```text
///  0      7 8     15 16    23 24    31
/// +--------+--------+--------+--------+
/// |   op   |  htype |  hlen  |  hops  |   0
/// +--------+--------+--------+--------+
/// |                xid                |   4
/// +-----------------+-----------------+
/// |      secs       |      flags      |   8
/// +-----------------+-----------------+
/// |  ciaddr, yiaddr, siaddr, giaddr   |  12, 16, 20, 24
/// +-----------------------------------+
/// |            chaddr, 16             |  28
/// +-----------------------------------+
/// |             sname, 64             |  44
/// +-----------------------------------+
/// |             file, 128             | 108
/// +-----------------------------------+
/// |          cookie, options          | 236, 240
/// +-----------------------------------+
/// ```
///
/// Readers trust their octets: call [#check] first. An option may lie in `file` and `sname`, too, where one in
/// `options` says so (RFC 2132 §9.3); [#option] looks there.
public final class DhcpMessage {
    /// Octets before the options.
    public static final int HEADER = 240;

    /// Octets of the shortest message that all relays pass on (RFC 1542 §2.1), and of ours.
    public static final int LENGTH = 300;

    public static final int CLIENT_PORT = 68;
    public static final int SERVER_PORT = 67;

    // RFC 2132 §9.6.
    public static final int DISCOVER = 1;
    public static final int OFFER = 2;
    public static final int REQUEST = 3;
    public static final int DECLINE = 4;
    public static final int ACK = 5;
    public static final int NAK = 6;
    public static final int RELEASE = 7;

    // Options.
    public static final int SUBNET_MASK = 1;
    public static final int ROUTER = 3;
    public static final int NAME_SERVERS = 6;
    public static final int DOMAIN_NAME = 15;
    public static final int INTERFACE_MTU = 26;
    public static final int REQUESTED_ADDRESS = 50;
    public static final int LEASE_TIME = 51;
    public static final int OVERLOAD = 52;
    public static final int MESSAGE_TYPE = 53;
    public static final int SERVER = 54;
    public static final int PARAMETERS = 55;
    public static final int LONGEST_MESSAGE = 57;
    public static final int RENEWAL_TIME = 58;
    public static final int REBINDING_TIME = 59;
    public static final int CLIENT = 61;

    /// RFC 3397.
    public static final int DOMAIN_SEARCH = 119;

    private static final int PAD = 0;
    private static final int END = 255;
    private static final int REQUESTS = 1;
    private static final int REPLIES = 2;
    private static final int ETHERNET = 1;
    private static final int MAC = 6;
    private static final long COOKIE = 0x6382_5363L;

    private static final long XID = 4;
    private static final long SECS = 8;
    private static final long CIADDR = 12;
    private static final long YIADDR = 16;
    private static final long CHADDR = 28;
    private static final int SNAME = 44;
    private static final int FILE = 108;
    private static final int MAGIC = 236;

    private DhcpMessage() {}

    /// Whether this can be a server's answer to a station; options are read with care by themselves.
    public static Verdict check(MemorySegment bytes, long at, int length, long mac) {
        if (length < HEADER) {
            return Verdict.TRUNCATED;
        }
        if (u8(bytes, at) != REPLIES || u32(bytes, at + MAGIC) != COOKIE) {
            return Verdict.BAD_TYPE;
        }
        boolean ethernet = u8(bytes, at + 1) == ETHERNET && u8(bytes, at + 2) == MAC;
        return ethernet && u48(bytes, at + CHADDR) == mac ? Verdict.OK : Verdict.NOT_OURS;
    }

    public static long xid(MemorySegment bytes, long at) {
        return u32(bytes, at + XID);
    }

    /// The address that is given, in 32 bits.
    public static long yiaddr(MemorySegment bytes, long at) {
        return u32(bytes, at + YIADDR);
    }

    /// Where the value of an option begins, from the message's begin on; -1 if it is not there. The octet
    /// before it says how long it is.
    public static int option(MemorySegment bytes, long at, int length, int option) {
        int found = option(bytes, at, HEADER, length, option);
        if (found < 0) {
            int overload = option(bytes, at, HEADER, length, OVERLOAD);
            int where = overload < 0 || valueLength(bytes, at, overload) != 1 ? 0 : u8(bytes, at + overload);
            if ((where & 1) != 0) {
                found = option(bytes, at, FILE, MAGIC, option);
            }
            if (found < 0 && (where & 2) != 0) {
                found = option(bytes, at, SNAME, FILE, option);
            }
        }
        return found;
    }

    private static int option(MemorySegment bytes, long at, int from, int end, int option) {
        int next = from;
        while (next < end) {
            int code = u8(bytes, at + next);
            if (code == END) {
                return -1;
            }
            if (code == PAD) {
                next++;
                continue;
            }
            int value = next + 2;
            if (value > end || value + u8(bytes, at + next + 1) > end) {
                return -1;
            }
            if (code == option) {
                return value;
            }
            next = value + u8(bytes, at + next + 1);
        }
        return -1;
    }

    private static int valueLength(MemorySegment bytes, long at, int value) {
        return u8(bytes, at + value - 1);
    }

    /// The number in an option of one, two or four octets.
    ///
    /// @return -1 if it is not there, or is not of that length
    public static long number(MemorySegment bytes, long at, int length, int option, int octets) {
        int value = option(bytes, at, length, option);
        if (value < 0 || valueLength(bytes, at, value) != octets) {
            return -1;
        }
        return switch (octets) {
            case 1 -> u8(bytes, at + value);
            case 2 -> u16(bytes, at + value);
            default -> u32(bytes, at + value);
        };
    }

    /// An address in an option that holds one or more.
    ///
    /// @return its 32 bits, -1 if there are not so many
    public static long address(MemorySegment bytes, long at, int length, int option, int index) {
        int value = option(bytes, at, length, option);
        return value < 0 || valueLength(bytes, at, value) < 4 * (index + 1) ? -1 : u32(bytes, at + value + 4L * index);
    }

    /// The value of an option that may be in pieces, each an option of its own: in order, `options` first, then
    /// `file`, then `sname` (RFC 3396 §5, §7).
    ///
    /// @return empty if it is not there
    public static byte[] whole(MemorySegment bytes, long at, int length, int option) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        gather(bytes, at, HEADER, length, option, all);
        int overload = option(bytes, at, HEADER, length, OVERLOAD);
        int where = overload < 0 || valueLength(bytes, at, overload) != 1 ? 0 : u8(bytes, at + overload);
        if ((where & 1) != 0) {
            gather(bytes, at, FILE, MAGIC, option, all);
        }
        if ((where & 2) != 0) {
            gather(bytes, at, SNAME, FILE, option, all);
        }
        return all.toByteArray();
    }

    private static void gather(MemorySegment bytes, long at, int from, int end, int option, ByteArrayOutputStream all) {
        for (int value = option(bytes, at, from, end, option); value >= 0; ) {
            int length = valueLength(bytes, at, value);
            all.writeBytes(bytes.asSlice(at + value, length).toArray(ValueLayout.JAVA_BYTE));
            value = option(bytes, at, value + length, end, option);
        }
    }

    /// Whom to ask for names, in the order of preference (RFC 2132 §3.8), without what can be no server's address.
    public static List<Address> nameServers(MemorySegment bytes, long at, int length) {
        List<Address> servers = new ArrayList<>();
        int index = 0;
        for (long next = address(bytes, at, length, NAME_SERVERS, index);
                next >= 0;
                next = address(bytes, at, length, NAME_SERVERS, ++index)) {
            Address server = Address.v4((int) next);
            if (Address.isUnicast(server.hi(), server.lo()) && !server.isLoopback()) {
                servers.add(server);
            }
        }
        return servers;
    }

    /// What is to be searched for a name: the search list (RFC 3397 §2, whose names may end in pointers to others of
    /// it), or the domain's name where there is none (RFC 2132 §3.17). From a name on that is none nothing is read.
    public static List<DomainName> search(MemorySegment bytes, long at, int length) {
        byte[] list = whole(bytes, at, length, DOMAIN_SEARCH);
        List<DomainName> names = new ArrayList<>();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocateFrom(ValueLayout.JAVA_BYTE, list);
            for (int next = 0; next < list.length; ) {
                DomainName name = DomainName.read(memory, 0, list.length, next);
                if (name == null) {
                    break;
                }
                names.add(name);
                next = DomainName.end(memory, 0, next);
            }
        }
        if (names.isEmpty()) {
            byte[] domain = whole(bytes, at, length, DOMAIN_NAME);
            int end = domain.length;
            while (end > 0 && domain[end - 1] == 0) {
                // Some servers count a zero behind it (RFC 2132 §2).
                end--;
            }
            try {
                names.add(DomainName.parse(new String(domain, 0, end, StandardCharsets.ISO_8859_1)));
            } catch (IllegalArgumentException none) {
                return List.of();
            }
        }
        names.removeIf(DomainName.ROOT::equals);
        return names;
    }

    /// Lays down a request of a station without options but its type, [#LENGTH] octets of zeros behind the header.
    ///
    /// @param ciaddr the address that it has, 0 for none
    /// @return where the next option goes, for [#put]
    public static int write(MemorySegment bytes, long at, int type, long xid, int secs, long ciaddr, long mac) {
        bytes.asSlice(at, LENGTH).fill((byte) 0);
        u8(bytes, at, REQUESTS);
        u8(bytes, at + 1, ETHERNET);
        u8(bytes, at + 2, MAC);
        u32(bytes, at + XID, xid);
        u16(bytes, at + SECS, secs);
        u32(bytes, at + CIADDR, ciaddr);
        u48(bytes, at + CHADDR, mac);
        u32(bytes, at + MAGIC, COOKIE);
        int next = put(bytes, at, HEADER, MESSAGE_TYPE, 1, type);
        u8(bytes, at + next, CLIENT);
        u8(bytes, at + next + 1, 1 + MAC);
        u8(bytes, at + next + 2, ETHERNET);
        u48(bytes, at + next + 3, mac);
        return next + 3 + MAC;
    }

    /// Puts an option with a number of one, two or four octets.
    ///
    /// @return where the next one goes
    public static int put(MemorySegment bytes, long at, int next, int option, int octets, long number) {
        u8(bytes, at + next, option);
        u8(bytes, at + next + 1, octets);
        switch (octets) {
            case 1 -> u8(bytes, at + next + 2, (int) number);
            case 2 -> u16(bytes, at + next + 2, (int) number);
            default -> u32(bytes, at + next + 2, number);
        }
        return next + 2 + octets;
    }

    /// Puts the list of the options that are asked for, and ends the message.
    public static void end(MemorySegment bytes, long at, int next, int... asked) {
        int end = next;
        if (asked.length != 0) {
            u8(bytes, at + end, PARAMETERS);
            u8(bytes, at + end + 1, asked.length);
            for (int i = 0; i < asked.length; i++) {
                u8(bytes, at + end + 2 + i, asked[i]);
            }
            end += 2 + asked.length;
        }
        u8(bytes, at + end, END);
    }
}
