package netkeep.wire;

/// Where in a packet a [Verdict] was found. The kernel counts each protocol by itself.
public enum Layer {
    /// A frame, before any packet in it was looked at.
    LINK,
    ARP,
    IPV4,
    IPV6,
    ICMPV4,
    ICMPV6,
    IGMP,
    /// UDP over IPv4.
    UDP,
    /// UDP over IPv6.
    UDPV6,
    /// TCP over either family: the kernel does not tell them apart.
    TCP
}
