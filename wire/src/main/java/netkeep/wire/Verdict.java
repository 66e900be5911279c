package netkeep.wire;

import org.jspecify.annotations.Nullable;

/// What becomes of a frame, packet, datagram, segment or message: [#OK], or why it is dropped.
///
/// A drop is a counter, never an exception.
public enum Verdict {
    /// Nothing is wrong.
    OK,

    // Form: what a header class finds by itself.

    /// It ends before the header does, or before the header says that it ends.
    TRUNCATED,
    /// A length that contradicts another, or the least one.
    BAD_LENGTH,
    BAD_CHECKSUM,
    BAD_VERSION,
    /// A type, operation or code that the protocol does not have, or not here.
    BAD_TYPE,
    /// A field whose value its protocol forbids.
    BAD_FIELD,
    /// An option or extension header that is malformed.
    BAD_OPTION,
    /// An option or extension header that says of itself: drop what you do not know me in.
    UNKNOWN_OPTION,
    /// A source that no host may have.
    BAD_SOURCE,
    /// A destination that no packet may have.
    BAD_DESTINATION,
    /// A TTL or hop limit below what a protocol of the link asks for, so that it came from off the link.
    BAD_HOP_LIMIT,
    /// A virtio header that contradicts its frame.
    BAD_OFFLOAD,

    // Place: nobody here is meant, or nobody is there.

    /// Addressed to another host.
    NOT_OURS,
    /// Of a flow that another stack of this host owns, who is to have it: no loss, if it is brought there.
    ELSEWHERE,
    NO_ROUTE,
    /// The next hop does not answer.
    NO_NEIGHBOR,
    /// No socket has that port.
    NO_PORT,
    UNKNOWN_ETHER_TYPE,
    /// No such protocol above IP, or no next header of that number.
    UNKNOWN_PROTOCOL,
    /// No member of that multicast group.
    NO_MEMBER,
    /// A filter rule forbids it.
    FILTERED,
    /// The TTL or hop limit ran out.
    TTL_EXPIRED,
    /// Longer than the link takes, and not to be fragmented.
    TOO_BIG,

    // Room: a bound was met.

    /// A receive buffer or queue is full.
    NO_ROOM,
    /// A table is full and its rule chose this one.
    NO_MEMORY,
    RATE_LIMITED,
    /// A listener's backlog is full.
    LISTEN_FULL,

    // Fragments.

    FRAGMENT_OVERLAP,
    /// A fragment that ends beyond 65535 octets, or not on a multiple of 8.
    FRAGMENT_LENGTH,
    /// The others did not come in time.
    FRAGMENT_TIMEOUT,
    /// The bound on what waits to be put together.
    FRAGMENT_QUOTA,

    // TCP, where the kernel has a name for it.

    /// A timestamp before the last one (RFC 7323 §5).
    OLD_TIMESTAMP,
    /// No octet of it lies in the window.
    OUT_OF_WINDOW,
    /// Acknowledges what was never sent, or too long ago (RFC 5961 §5).
    BAD_ACK,
    /// A SYN or RST that blind attackers send (RFC 5961 §3, §4); a challenge ACK answers it.
    CHALLENGED,
    /// Flags that no state has a use for.
    BAD_FLAGS,
    /// The bound on what waits out of order.
    OUT_OF_ORDER_FULL,
    /// A SYN cookie that is none of ours.
    BAD_COOKIE,
    /// Data for a socket that its user has closed.
    CLOSED;

    private static final Verdict[] ALL = values();

    /// How many verdicts there are: the length of a table of counters.
    public static int count() {
        return ALL.length;
    }

    /// The verdict of that [#index].
    public static Verdict of(int index) {
        return ALL[index];
    }

    /// Where a table of counters has this verdict: 0 for [#OK]. Holds within one build only.
    @SuppressWarnings("EnumOrdinal")
    public int index() {
        return ordinal();
    }

    /// The kernel's name, as `nstat` prints it, of the counter that counts this drop; null if the kernel has none.
    /// Where it counts twice (an error, and which), the narrower name.
    public @Nullable String counter(Layer layer) {
        return switch (layer) {
            case LINK, ARP -> null;
            case IPV4 -> ipv4();
            case IPV6 -> ipv6();
            case ICMPV4 -> icmp("Icmp");
            case ICMPV6 -> icmp("Icmp6");
            case IGMP -> null;
            case UDP -> udp("Udp");
            case UDPV6 -> udp("Udp6");
            case TCP -> tcp();
        };
    }

    private @Nullable String ipv4() {
        return switch (this) {
            case TRUNCATED -> "IpExtInTruncatedPkts";
            case BAD_CHECKSUM -> "IpExtInCsumErrors";
            case NO_ROUTE -> "IpExtInNoRoutes";
            default -> ip("Ip");
        };
    }

    private @Nullable String ipv6() {
        return switch (this) {
            case TRUNCATED -> "Ip6InTruncatedPkts";
            case NO_ROUTE -> "Ip6InNoRoutes";
            case TOO_BIG -> "Ip6InTooBigErrors";
            default -> ip("Ip6");
        };
    }

    private @Nullable String ip(String family) {
        return switch (this) {
            case BAD_LENGTH, BAD_VERSION, BAD_FIELD, BAD_OPTION, UNKNOWN_OPTION, TTL_EXPIRED -> family + "InHdrErrors";
            case BAD_SOURCE, BAD_DESTINATION, NOT_OURS -> family + "InAddrErrors";
            case UNKNOWN_PROTOCOL -> family + "InUnknownProtos";
            case FILTERED, NO_MEMORY, NO_ROOM -> family + "InDiscards";
            case NO_NEIGHBOR -> family + "OutNoRoutes";
            case FRAGMENT_OVERLAP, FRAGMENT_LENGTH, FRAGMENT_QUOTA -> family + "ReasmFails";
            case FRAGMENT_TIMEOUT -> family + "ReasmTimeout";
            default -> null;
        };
    }

    private @Nullable String icmp(String family) {
        return switch (this) {
            case BAD_CHECKSUM -> family + "InCsumErrors";
            case TRUNCATED, BAD_LENGTH, BAD_TYPE, BAD_FIELD, BAD_OPTION, BAD_SOURCE, BAD_DESTINATION, BAD_HOP_LIMIT ->
                family + "InErrors";
            case RATE_LIMITED -> family + "OutRateLimitHost";
            default -> null;
        };
    }

    private @Nullable String udp(String family) {
        return switch (this) {
            case BAD_CHECKSUM -> family + "InCsumErrors";
            case TRUNCATED, BAD_LENGTH, BAD_FIELD -> family + "InErrors";
            case NO_PORT -> family + "NoPorts";
            case NO_ROOM -> family + "RcvbufErrors";
            case NO_MEMORY -> family + "MemErrors";
            case NO_MEMBER -> "Udp".equals(family) ? "UdpIgnoredMulti" : "Udp6IgnoredMulti";
            default -> null;
        };
    }

    private @Nullable String tcp() {
        return switch (this) {
            case BAD_CHECKSUM -> "TcpInCsumErrors";
            case TRUNCATED, BAD_LENGTH, BAD_FIELD, BAD_OPTION -> "TcpInErrs";
            case LISTEN_FULL -> "TcpExtListenOverflows";
            case NO_MEMORY -> "TcpExtListenDrops";
            case OLD_TIMESTAMP -> "TcpExtPAWSEstab";
            case CHALLENGED -> "TcpExtTCPChallengeACK";
            case OUT_OF_ORDER_FULL -> "TcpExtTCPOFODrop";
            case NO_ROOM -> "TcpExtTCPRcvQDrop";
            case BAD_COOKIE -> "TcpExtSyncookiesFailed";
            case CLOSED -> "TcpExtTCPAbortOnData";
            default -> null;
        };
    }
}
