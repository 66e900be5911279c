package netkeep.wire;

import static netkeep.wire.Octets.u16;
import static netkeep.wire.Octets.u32;
import static netkeep.wire.Octets.u64;
import static netkeep.wire.Octets.u8;

import java.lang.foreign.MemorySegment;

/// The messages of neighbour discovery, RFC 4861 §4. Each is an ICMPv6 message: [Icmp6Message] reads type, code and
/// checksum, and seals what is laid down here.
///
/// ```text
///                  4              8              16             24             40
/// 133 solicit rtr  | reserved     | options
/// 134 router adv   | hops M O.. lifetime | reachable ms | retrans ms | options
///                  4    5 6              8              12           16
/// 135 solicit nbr  | reserved     | target address            | options
/// 136 neighbor adv | R S O ...    | target address            | options
/// 137 redirect     | reserved     | target address            | destination address       | options
/// ```
public final class NdpMessage {
    public static final int ROUTER_SOLICITATION = 133;
    public static final int ROUTER_ADVERTISEMENT = 134;
    public static final int NEIGHBOR_SOLICITATION = 135;
    public static final int NEIGHBOR_ADVERTISEMENT = 136;
    public static final int REDIRECT = 137;

    /// Octets of each message before its options.
    public static final int ROUTER_SOLICITATION_LENGTH = 8;

    public static final int ROUTER_ADVERTISEMENT_LENGTH = 16;
    public static final int NEIGHBOR_LENGTH = 24;
    public static final int REDIRECT_LENGTH = 40;

    /// The hop limit of all these messages: no router has forwarded one.
    public static final int HOP_LIMIT = 255;

    /// Flags of a router advertisement: addresses from DHCPv6, and ...
    public static final int MANAGED = 0x80;
    /// ... other settings from DHCPv6.
    public static final int OTHER = 0x40;

    /// Flags of a neighbour advertisement.
    public static final long ROUTER = 0x8000_0000L;

    public static final long SOLICITED = 0x4000_0000L;
    public static final long OVERRIDE = 0x2000_0000L;

    private static final long CUR_HOP_LIMIT = 4;
    private static final long ROUTER_FLAGS = 5;
    private static final long ROUTER_LIFETIME = 6;
    private static final long REACHABLE_TIME = 8;
    private static final long RETRANS_TIMER = 12;
    private static final long NEIGHBOR_FLAGS = 4;
    private static final long TARGET = 8;
    private static final long REDIRECTED = 24;

    private NdpMessage() {}

    public static boolean isNdp(int type) {
        return type >= ROUTER_SOLICITATION && type <= REDIRECT;
    }

    /// Octets before the options.
    ///
    /// @param type one of the five
    public static int lengthOf(int type) {
        return switch (type) {
            case ROUTER_SOLICITATION -> ROUTER_SOLICITATION_LENGTH;
            case ROUTER_ADVERTISEMENT -> ROUTER_ADVERTISEMENT_LENGTH;
            case REDIRECT -> REDIRECT_LENGTH;
            default -> NEIGHBOR_LENGTH;
        };
    }

    /// Of a router advertisement: the hop limit to send with, 0 if it has no opinion.
    public static int curHopLimit(MemorySegment bytes, long at) {
        return u8(bytes, at + CUR_HOP_LIMIT);
    }

    /// Of a router advertisement: [#MANAGED], [#OTHER] and, in 0x18, the [#preference].
    public static int routerFlags(MemorySegment bytes, long at) {
        return u8(bytes, at + ROUTER_FLAGS);
    }

    /// Of a router advertisement: 1 from a router to use before others, -1 from one to use after them, else 0 (RFC 4191
    /// §2.2: also for what has no meaning).
    public static int preference(MemorySegment bytes, long at) {
        return switch (routerFlags(bytes, at) >>> 3 & 3) {
            case 1 -> 1;
            case 3 -> -1;
            default -> 0;
        };
    }

    /// Of a router advertisement, in seconds; 0 from one that is not a default router.
    public static int routerLifetime(MemorySegment bytes, long at) {
        return u16(bytes, at + ROUTER_LIFETIME);
    }

    /// Of a router advertisement, in milliseconds; 0 if it has no opinion.
    public static long reachableTime(MemorySegment bytes, long at) {
        return u32(bytes, at + REACHABLE_TIME);
    }

    /// Of a router advertisement, in milliseconds; 0 if it has no opinion.
    public static long retransTimer(MemorySegment bytes, long at) {
        return u32(bytes, at + RETRANS_TIMER);
    }

    /// Of a neighbour advertisement: [#ROUTER], [#SOLICITED], [#OVERRIDE].
    public static long neighborFlags(MemorySegment bytes, long at) {
        return u32(bytes, at + NEIGHBOR_FLAGS);
    }

    /// Of neighbour messages and redirects.
    public static long targetHi(MemorySegment bytes, long at) {
        return u64(bytes, at + TARGET);
    }

    public static long targetLo(MemorySegment bytes, long at) {
        return u64(bytes, at + TARGET + 8);
    }

    /// Of a redirect: whose packets go to the target from now on.
    public static long redirectedHi(MemorySegment bytes, long at) {
        return u64(bytes, at + REDIRECTED);
    }

    public static long redirectedLo(MemorySegment bytes, long at) {
        return u64(bytes, at + REDIRECTED + 8);
    }

    /// Says whether a message is valid, in all that RFC 4861 asks for (§6.1.1, §6.1.2, §7.1.1, §7.1.2, §8.1) but for
    /// two things that others know: the checksum, and that a redirect comes from the first hop in use.
    ///
    /// @param length   octets of the message
    /// @param hopLimit of the IPv6 header
    public static Verdict check(
            MemorySegment bytes, long at, int length, int hopLimit, long srcHi, long srcLo, long dstHi, long dstLo) {
        if (length < Icmp6Message.LENGTH) {
            return Verdict.TRUNCATED;
        }
        int type = Icmp6Message.type(bytes, at);
        if (!isNdp(type)) {
            return Verdict.BAD_TYPE;
        }
        if (hopLimit != HOP_LIMIT) {
            return Verdict.BAD_HOP_LIMIT;
        }
        if (Icmp6Message.code(bytes, at) != 0) {
            return Verdict.BAD_TYPE;
        }
        int options = lengthOf(type);
        if (length < options) {
            return Verdict.TRUNCATED;
        }
        Verdict verdict = NdpOption.check(bytes, at + options, length - options);
        if (verdict != Verdict.OK) {
            return verdict;
        }
        return switch (type) {
            case ROUTER_SOLICITATION -> checkSource(bytes, at, length, options, srcHi, srcLo);
            case ROUTER_ADVERTISEMENT -> Address.isLinkLocal(srcHi, srcLo) ? Verdict.OK : Verdict.BAD_SOURCE;
            case NEIGHBOR_SOLICITATION -> checkSolicitation(bytes, at, length, srcHi, srcLo, dstHi, dstLo);
            case NEIGHBOR_ADVERTISEMENT -> checkAdvertisement(bytes, at, dstHi, dstLo);
            default -> checkRedirect(bytes, at, srcHi, srcLo);
        };
    }

    /// Whoever has no address yet tells no link address.
    private static Verdict checkSource(MemorySegment bytes, long at, int length, int options, long srcHi, long srcLo) {
        return Address.isUnspecified(srcHi, srcLo)
                        && NdpOption.find(bytes, at + options, at + length, NdpOption.SOURCE_LINK_ADDRESS) >= 0
                ? Verdict.BAD_OPTION
                : Verdict.OK;
    }

    private static Verdict checkSolicitation(
            MemorySegment bytes, long at, int length, long srcHi, long srcLo, long dstHi, long dstLo) {
        if (Address.isMulticast(targetHi(bytes, at), targetLo(bytes, at))) {
            return Verdict.BAD_FIELD;
        }
        if (Address.isUnspecified(srcHi, srcLo) && !Address.isSolicitedNode(dstHi, dstLo)) {
            return Verdict.BAD_DESTINATION;
        }
        return checkSource(bytes, at, length, NEIGHBOR_LENGTH, srcHi, srcLo);
    }

    private static Verdict checkAdvertisement(MemorySegment bytes, long at, long dstHi, long dstLo) {
        if (Address.isMulticast(targetHi(bytes, at), targetLo(bytes, at))) {
            return Verdict.BAD_FIELD;
        }
        return Address.isMulticast(dstHi, dstLo) && (neighborFlags(bytes, at) & SOLICITED) != 0
                ? Verdict.BAD_FIELD
                : Verdict.OK;
    }

    private static Verdict checkRedirect(MemorySegment bytes, long at, long srcHi, long srcLo) {
        if (!Address.isLinkLocal(srcHi, srcLo)) {
            return Verdict.BAD_SOURCE;
        }
        long hi = redirectedHi(bytes, at);
        long lo = redirectedLo(bytes, at);
        if (Address.isMulticast(hi, lo)) {
            return Verdict.BAD_FIELD;
        }
        boolean itself = targetHi(bytes, at) == hi && targetLo(bytes, at) == lo;
        return itself || Address.isLinkLocal(targetHi(bytes, at), targetLo(bytes, at)) ? Verdict.OK : Verdict.BAD_FIELD;
    }

    /// Lays down the target of a neighbour message. Its first 8 octets are [Icmp6Message#write]'s, afterwards, with
    /// the flags of an advertisement as their rest and the sum of what is laid down here.
    public static void writeTarget(MemorySegment bytes, long at, long targetHi, long targetLo) {
        u64(bytes, at + TARGET, targetHi);
        u64(bytes, at + TARGET + 8, targetLo);
    }

    /// Lays down what follows the first 8 octets of a router advertisement, which are [Icmp6Message#write]'s with
    /// [#routerRest].
    public static void writeRouter(MemorySegment bytes, long at, long reachableTime, long retransTimer) {
        u32(bytes, at + REACHABLE_TIME, reachableTime);
        u32(bytes, at + RETRANS_TIMER, retransTimer);
    }

    /// The rest of a router advertisement, for [Icmp6Message#write].
    public static long routerRest(int curHopLimit, int routerFlags, int routerLifetime) {
        return (curHopLimit & 0xFFL) << 24 | (routerFlags & 0xFFL) << 16 | routerLifetime & 0xFFFF;
    }

    /// Lays down both addresses of a redirect, as [#writeTarget].
    public static void writeRedirect(
            MemorySegment bytes, long at, long targetHi, long targetLo, long redirectedHi, long redirectedLo) {
        writeTarget(bytes, at, targetHi, targetLo);
        u64(bytes, at + REDIRECTED, redirectedHi);
        u64(bytes, at + REDIRECTED + 8, redirectedLo);
    }
}
