package netkeep.session;

/// A datagram in a socket's ring: this header, then the payload, padded to a multiple of 8. Position 0 of a datagram
/// is a multiple of 8; it may wrap round the ring's end anywhere.
///
/// ```text
///   0  length u32   octets of payload, 0..65507
///   4  port   u16   remote; 0 when sending: where the socket is connected to
///   6  hops   u8 · traffic class u8     as received; 0 when sending: the socket's options
///   8  link   u32   it arrived on, or is to leave by; 0 for the route's
///  12  error  u32   when received: errno of an ICMP error, and length is 0; else 0. With RECEIVE_ERRORS
///                   hops and traffic class are the message's type and code, link is the MTU that it tells,
///                   local is who sent it, and the payload is what it quotes of the datagram's
///  16  remote address, hi and lo
///  32  local address, hi and lo; 0 when sending: chosen
/// ```
public final class Datagram {
    /// Octets of the header.
    public static final int HEADER = 48;

    public static final long LENGTH = 0;
    public static final long PORT = 4;
    public static final long HOPS = 6;
    public static final long TRAFFIC_CLASS = 7;
    public static final long LINK = 8;
    public static final long ERROR = 12;
    public static final long REMOTE = 16;
    public static final long LOCAL = 32;

    private Datagram() {}

    /// Octets of ring that a datagram of `length` octets takes.
    public static int room(int length) {
        return HEADER + (length + 7 & ~7);
    }
}
