package netkeep.engine.ip;

import java.lang.foreign.MemorySegment;

/// What an ICMP error says of a packet that we sent. A reused object.
public final class Failure {
    /// What went wrong, in the words that both families share.
    public enum Kind {
        NETWORK_UNREACHABLE,
        HOST_UNREACHABLE,
        PROTOCOL_UNREACHABLE,
        PORT_UNREACHABLE,
        TOO_BIG,
        PROHIBITED,
        HOPS_EXCEEDED,
        REASSEMBLY_EXCEEDED,
        PARAMETER
    }

    public Kind kind = Kind.HOST_UNREACHABLE;
    public int protocol;
    public long localHi;
    public long localLo;
    public long remoteHi;
    public long remoteLo;

    /// For an echo request its identifier; -1 where the protocol has neither.
    public int localPort;

    /// For an echo request its sequence number.
    public int remotePort;

    /// Who said so: a router, the remote host, we.
    public long reporterHi;

    public long reporterLo;

    /// For TCP the sequence number that the quoted segment had.
    public int seq;

    /// For TOO_BIG the next hop's MTU, already taken into the destination cache; else 0.
    public int mtu;

    /// Whether it came from our own neighbor discovery instead of the wire.
    public boolean own;

    /// Of the message; what its sender would have said, if it is our own.
    public int type;

    public int code;

    /// What it has of the payload behind eight octets of the quoted upper header.
    public MemorySegment quoted = MemorySegment.NULL;

    public long quotedAt;

    public int quotedLength;

    public Failure() {}
}
