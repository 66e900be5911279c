package netkeep.engine.icmp;

import netkeep.engine.ip.Failure;
import netkeep.engine.ip.Packet;

/// Who wants to know of echo replies, and of what requests met instead (RFC 792, RFC 4443 §4.2): each is passed up.
public interface Echoes {
    /// A reply arrived; its checksum holds. Its data lie behind the 8 octets at `packet.upper`; nothing of it is kept.
    void replied(Packet packet, int identifier, int sequence, long nowNs);

    /// A request met an error (RFC 1122 §3.2.2). Nothing of `failure` is kept.
    default void failed(Failure failure, int identifier, int sequence, long nowNs) {}
}
