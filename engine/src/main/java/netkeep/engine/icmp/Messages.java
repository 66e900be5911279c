package netkeep.engine.icmp;

import netkeep.engine.ip.Packet;
import netkeep.wire.Checksum;

/// Sums over messages that arrived.
final class Messages {
    private Messages() {}

    /// Continues a sum with what lies behind the first `skip` octets of a packet's upper part.
    static long sum(long sum, Packet packet, int skip) {
        return Checksum.add(sum, packet.frames(), packet.at + packet.upper + skip, packet.upperLength - skip);
    }
}
