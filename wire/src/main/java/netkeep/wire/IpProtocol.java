package netkeep.wire;

/// Numbers of protocols above IP and of IPv6 extension headers, which share one space.
public final class IpProtocol {
    public static final int HOP_BY_HOP = 0;
    public static final int ICMPV4 = 1;
    public static final int IGMP = 2;
    public static final int TCP = 6;
    public static final int UDP = 17;
    public static final int ROUTING = 43;
    public static final int FRAGMENT = 44;
    public static final int ICMPV6 = 58;
    /// Nothing follows (RFC 8200 §4.7).
    public static final int NONE = 59;
    public static final int DESTINATION_OPTIONS = 60;

    private IpProtocol() {}
}
