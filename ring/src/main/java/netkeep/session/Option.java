package netkeep.session;

/// The options of a socket that a client can set with [Request#OPTION]: number, value, range.
public final class Option {
    /// 1 sends small segments at once (TCP_NODELAY).
    public static final int NO_DELAY = 1;

    /// 1 holds back less than a full segment, 200 ms at most (TCP_CORK).
    public static final int CORK = 2;

    /// 1 probes an idle peer (SO_KEEPALIVE).
    public static final int KEEP_ALIVE = 3;

    /// Seconds of idleness before the first probe, 1..32767.
    public static final int KEEP_IDLE = 4;

    /// Seconds between probes, 1..32767.
    public static final int KEEP_INTERVAL = 5;

    /// Probes without answer before the connection is given up, 1..127.
    public static final int KEEP_COUNT = 6;

    /// Seconds that CLOSE waits for what was not sent yet, 0 aborts, -1 (the default) lingers in the background.
    public static final int LINGER = 7;

    /// Octets of the send buffer: fixes it, else it is tuned.
    public static final int SEND_BUFFER = 8;

    /// Octets of the receive buffer: fixes it, else it is tuned.
    public static final int RECEIVE_BUFFER = 9;

    /// 1 lets a bind take an address that connections in TIME-WAIT still use (SO_REUSEADDR).
    public static final int REUSE_ADDRESS = 10;

    /// 1 lets several sockets of one user bind to the same address and port (SO_REUSEPORT).
    public static final int REUSE_PORT = 11;

    /// Type of service or traffic class, 0..255; TCP keeps the two ECN bits for itself.
    public static final int TRAFFIC_CLASS = 12;

    /// Hop limit of unicast packets, 1..255.
    public static final int HOPS = 13;

    /// Hop limit of multicast packets, 0..255.
    public static final int MULTICAST_HOPS = 14;

    /// 1 (the default) lets the sender's own host receive what it sends to a group.
    public static final int MULTICAST_LOOP = 15;

    /// The link that sends multicast packets, 0 for the route's.
    public static final int MULTICAST_LINK = 16;

    /// 1 allows sending to a broadcast address.
    public static final int BROADCAST = 17;

    /// Milliseconds that sent octets may stay unacknowledged (RFC 5482), 0 for the default.
    public static final int USER_TIMEOUT = 18;

    /// 1 leaves urgent octets in the stream.
    public static final int URGENT_INLINE = 19;

    /// The congestion controller: 0 CUBIC, 1 NewReno.
    public static final int CONGESTION = 20;

    /// The largest segment to send or receive, 88..65495, 0 for what the path allows (TCP_MAXSEG).
    public static final int MAX_SEGMENT = 21;

    /// 1 acknowledges each segment at once (TCP_QUICKACK).
    public static final int QUICK_ACK = 22;

    /// Octets that must be ready before READ is told (SO_RCVLOWAT), 1 or more.
    public static final int RECEIVE_LOW_WATER = 23;

    /// 1 refuses to send a datagram that does not fit in one packet (IP_DONTFRAGMENT).
    public static final int DONT_FRAGMENT = 24;

    /// Seconds of user time-out that the peer is told, whose own is then taken, too (RFC 5482): 0, the default, for
    /// neither, up to 1966020. What [#USER_TIMEOUT] sets is not changed by the peer.
    public static final int ADVERTISED_TIMEOUT = 25;

    /// 1 has a socket of UDP told of ICMP errors with all that they say, and also if it is not connected (IP_RECVERR).
    public static final int RECEIVE_ERRORS = 26;

    private Option() {}
}
