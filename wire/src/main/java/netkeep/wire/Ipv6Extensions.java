package netkeep.wire;

import static netkeep.wire.Octets.u16;
import static netkeep.wire.Octets.u8;

import java.lang.foreign.MemorySegment;

/// What lies between an IPv6 header and the protocol above it, RFC 8200 §4.
///
/// ```text
/// +--------+--------+
/// |nxt hdr |len / 8 | options or data ...      hop-by-hop, destination options, routing: len / 8 leaves out
/// +--------+--------+                          the first 8 octets; the fragment header is always of 8
///
/// +--------+--------+
/// |  type  | length | data ...                 an option; length is the data's. Type 0 alone is one octet of padding
/// +--------+--------+
/// ```
///
/// One object serves all packets: [#walk] forgets the one before. Offsets count from the IPv6 header, which is what an
/// ICMP parameter problem points with.
public final class Ipv6Extensions {
    /// Code of a parameter problem: a field is wrong.
    public static final int ERRONEOUS_FIELD = 0;
    /// Code of a parameter problem: no such next header.
    public static final int UNKNOWN_NEXT_HEADER = 1;
    /// Code of a parameter problem: no such option.
    public static final int UNKNOWN_OPTION = 2;
    /// Code of a parameter problem: a first fragment without the whole chain of headers (RFC 7112 §5).
    public static final int INCOMPLETE_CHAIN = 3;

    /// Octets of a hop-by-hop header that holds a router alert: [#writeRouterAlert].
    public static final int ROUTER_ALERT_LENGTH = 8;

    private static final int PAD_1 = 0;
    private static final int PAD_N = 1;
    private static final int ROUTER_ALERT = 5;

    private static final long NEXT_HEADER = 0;
    private static final long EXTENSION_LENGTH = 1;
    private static final long ROUTING_TYPE = 2;
    private static final long SEGMENTS_LEFT = 3;
    private static final int PAYLOAD_LENGTH_FIELD = 4;
    private static final int NEXT_HEADER_FIELD = 6;

    private int protocol;
    private int protocolField;
    private int upper;
    private int fragment;
    private int fragmentField;
    private boolean atomic;
    private int routerAlert;
    private int problemCode;
    private int problemPointer;
    private boolean problemToGroups;

    public Ipv6Extensions() {
        fragment = -1;
        routerAlert = -1;
        problemCode = -1;
    }

    /// The protocol above, or in a fragment the next header of what was fragmented.
    public int protocol() {
        return protocol;
    }

    /// Offset of the octet that names [#protocol].
    public int protocolField() {
        return protocolField;
    }

    /// Offset of the first octet above: of the protocol's header, or of the fragment's piece.
    public int upper() {
        return upper;
    }

    /// Offset of the fragment header, or -1. One that says it holds all of its packet is walked over and not told:
    /// such packets are handled by themselves (RFC 6946 §4).
    public int fragment() {
        return fragment;
    }

    /// Offset of the octet that names the fragment header; only if there is one.
    public int fragmentField() {
        return fragmentField;
    }

    /// Whether there was a fragment header that says that it holds all of its packet.
    public boolean atomic() {
        return atomic;
    }

    /// The value of a router alert option (RFC 2711 §2.1), or -1.
    public int routerAlert() {
        return routerAlert;
    }

    /// The code of the parameter problem that answers this packet, or -1 for silence.
    public int problemCode() {
        return problemCode;
    }

    /// Offset of the octet that is wrong.
    public int problemPointer() {
        return problemPointer;
    }

    /// Whether the problem is told even if the packet went to a group (RFC 4443 §2.4 (e.3)).
    public boolean problemToGroups() {
        return problemToGroups;
    }

    /// Walks from the IPv6 header to the protocol above. The protocol itself is not judged: one that nobody knows is
    /// [#UNKNOWN_NEXT_HEADER] at [#protocolField].
    ///
    /// @param at     where the IPv6 header begins, checked
    /// @param length what may be read from there on; may be less than the packet
    public Verdict walk(MemorySegment bytes, long at, int length) {
        protocol = Ipv6Header.nextHeader(bytes, at);
        protocolField = NEXT_HEADER_FIELD;
        upper = Ipv6Header.LENGTH;
        fragment = -1;
        atomic = false;
        routerAlert = -1;
        problemCode = -1;
        int end = Ipv6Header.LENGTH + Ipv6Header.payloadLength(bytes, at);
        boolean whole = end <= length;
        int limit = whole ? end : length;
        while (fragment < 0 && isExtension(protocol)) {
            Verdict verdict = step(bytes, at, limit, whole);
            if (verdict != Verdict.OK) {
                return verdict;
            }
        }
        return fragment >= 0 && Ipv6Fragment.offset(bytes, at + fragment) == 0
                ? chain(bytes, at, limit, whole)
                : Verdict.OK;
    }

    /// Judges the header at `upper` and goes behind it.
    private Verdict step(MemorySegment bytes, long at, int limit, boolean whole) {
        // RFC 8200 §4.1, §4.3: hop-by-hop options stand first or nowhere.
        if (protocol == IpProtocol.HOP_BY_HOP && protocolField != NEXT_HEADER_FIELD) {
            return problem(Verdict.BAD_OPTION, UNKNOWN_NEXT_HEADER, protocolField, false);
        }
        if (upper + 8 > limit) {
            return ended(whole, PAYLOAD_LENGTH_FIELD);
        }
        if (protocol == IpProtocol.FRAGMENT) {
            fragment(bytes, at);
            return Verdict.OK;
        }
        int length = extensionLength(bytes, at + upper);
        if (upper + length > limit) {
            return ended(whole, upper + (int) EXTENSION_LENGTH);
        }
        Verdict verdict = protocol == IpProtocol.ROUTING ? routing(bytes, at) : options(bytes, at, upper + length);
        next(bytes, at, length);
        return verdict;
    }

    private void next(MemorySegment bytes, long at, int length) {
        protocolField = upper + (int) NEXT_HEADER;
        protocol = u8(bytes, at + protocolField);
        upper += length;
    }

    /// A fragment ends the walk: what follows is judged when it is whole again.
    private void fragment(MemorySegment bytes, long at) {
        if (Ipv6Fragment.offset(bytes, at + upper) != 0 || Ipv6Fragment.more(bytes, at + upper)) {
            fragment = upper;
            fragmentField = protocolField;
        } else {
            atomic = true;
        }
        next(bytes, at, Ipv6Fragment.LENGTH);
    }

    /// RFC 8200 §4.4: a type we do not know, and we know none, is passed over if no segment is left.
    private Verdict routing(MemorySegment bytes, long at) {
        return u8(bytes, at + upper + SEGMENTS_LEFT) == 0
                ? Verdict.OK
                : problem(Verdict.BAD_OPTION, ERRONEOUS_FIELD, upper + (int) ROUTING_TYPE, false);
    }

    private Verdict options(MemorySegment bytes, long at, int end) {
        int offset = upper + 2;
        while (offset < end) {
            int type = u8(bytes, at + offset);
            if (type == PAD_1) {
                offset++;
                continue;
            }
            if (offset + 2 > end || offset + 2 + u8(bytes, at + offset + 1) > end) {
                return problem(Verdict.BAD_OPTION, ERRONEOUS_FIELD, Math.min(offset + 1, end - 1), false);
            }
            Verdict verdict = option(bytes, at, type, offset);
            if (verdict != Verdict.OK) {
                return verdict;
            }
            offset += 2 + u8(bytes, at + offset + 1);
        }
        return Verdict.OK;
    }

    private Verdict option(MemorySegment bytes, long at, int type, int offset) {
        if (type == PAD_N) {
            return Verdict.OK;
        }
        if (type == ROUTER_ALERT && protocol == IpProtocol.HOP_BY_HOP) {
            // RFC 2711 §2.1: its length is 2.
            if (u8(bytes, at + offset + 1) != 2) {
                return problem(Verdict.BAD_OPTION, ERRONEOUS_FIELD, offset + 1, false);
            }
            routerAlert = u16(bytes, at + offset + 2);
            return Verdict.OK;
        }
        // RFC 8200 §4.2: the highest two bits say what becomes of a packet with an option that nobody knows.
        return switch (type >>> 6) {
            case 0 -> Verdict.OK;
            case 1 -> Verdict.UNKNOWN_OPTION;
            case 2 -> problem(Verdict.UNKNOWN_OPTION, UNKNOWN_OPTION, offset, true);
            default -> problem(Verdict.UNKNOWN_OPTION, UNKNOWN_OPTION, offset, false);
        };
    }

    /// RFC 8200 §4.5: all headers up to the one above are in the first fragment.
    private Verdict chain(MemorySegment bytes, long at, int limit, boolean whole) {
        int header = protocol;
        int offset = upper;
        while (isExtension(header)) {
            if (offset + 8 > limit) {
                return incomplete(whole);
            }
            int length = lengthOf(header, bytes, at + offset);
            header = u8(bytes, at + offset + NEXT_HEADER);
            offset += length;
        }
        int least = switch (header) {
            case IpProtocol.TCP -> TcpHeader.LENGTH;
            case IpProtocol.UDP -> UdpHeader.LENGTH;
            case IpProtocol.ICMPV6 -> Icmp6Message.LENGTH;
            default -> 0;
        };
        return offset + least > limit ? incomplete(whole) : Verdict.OK;
    }

    private Verdict incomplete(boolean whole) {
        return whole ? problem(Verdict.TRUNCATED, INCOMPLETE_CHAIN, 0, false) : Verdict.TRUNCATED;
    }

    /// A header that leaves the packet is its sender's fault; one that leaves what we may read is not.
    private Verdict ended(boolean whole, int pointer) {
        return whole ? problem(Verdict.TRUNCATED, ERRONEOUS_FIELD, pointer, false) : Verdict.TRUNCATED;
    }

    private Verdict problem(Verdict verdict, int code, int pointer, boolean toGroups) {
        problemCode = code;
        problemPointer = pointer;
        problemToGroups = toGroups;
        return verdict;
    }

    /// Whether a next header is one of the extension headers that are walked over.
    public static boolean isExtension(int header) {
        return header == IpProtocol.HOP_BY_HOP
                || header == IpProtocol.ROUTING
                || header == IpProtocol.FRAGMENT
                || header == IpProtocol.DESTINATION_OPTIONS;
    }

    /// Octets of an extension header. What it begins with, the next header, is read as [Ipv6Fragment#nextHeader] does.
    ///
    /// @param header its number: [#isExtension]
    /// @param at     where it begins; two octets are read
    public static int lengthOf(int header, MemorySegment bytes, long at) {
        return header == IpProtocol.FRAGMENT ? Ipv6Fragment.LENGTH : extensionLength(bytes, at);
    }

    private static int extensionLength(MemorySegment bytes, long at) {
        return (u8(bytes, at + EXTENSION_LENGTH) + 1) * 8;
    }

    /// Lays down a hop-by-hop header of 8 octets with a router alert for MLD in it (RFC 2711 §2.1).
    public static void writeRouterAlert(MemorySegment bytes, long at, int nextHeader) {
        u8(bytes, at + NEXT_HEADER, nextHeader);
        u8(bytes, at + EXTENSION_LENGTH, 0);
        u8(bytes, at + 2, ROUTER_ALERT);
        u8(bytes, at + 3, 2);
        u16(bytes, at + 4, 0);
        u8(bytes, at + 6, PAD_N);
        u8(bytes, at + 7, 0);
    }
}
