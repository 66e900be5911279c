package netkeep.wire;

import static netkeep.wire.Octets.u16;
import static netkeep.wire.Octets.u32;
import static netkeep.wire.Octets.u48;
import static netkeep.wire.Octets.u8;

import java.lang.foreign.MemorySegment;

/// An ARP packet for IPv4 over Ethernet, RFC 826.
///
/// ```text
///  0      7 8     15 16    23 24    31
/// +--------+--------+--------+--------+
/// |    hardware     |    protocol     |  0   1, 0x0800
/// +--------+--------+--------+--------+
/// |hw len  |pr len  |    operation    |  4   6, 4
/// +--------+--------+--------+--------+
/// |            sender MAC             |  8
/// +                 +--------+--------+
/// |                 |  sender IP ...  |  14
/// +--------+--------+--------+--------+
/// | ... sender IP   |                 |  18
/// +--------+--------+                 +
/// |            target MAC             |
/// +--------+--------+--------+--------+
/// |             target IP             |  24
/// +--------+--------+--------+--------+
/// ```
public final class ArpPacket {
    /// Octets of an ARP packet; a frame pads it.
    public static final int LENGTH = 28;

    public static final int REQUEST = 1;
    public static final int REPLY = 2;

    private static final int ETHERNET = 1;

    private static final long HARDWARE = 0;
    private static final long PROTOCOL = 2;
    private static final long HARDWARE_LENGTH = 4;
    private static final long PROTOCOL_LENGTH = 5;
    private static final long OPERATION = 6;
    private static final long SENDER_MAC = 8;
    private static final long SENDER = 14;
    private static final long TARGET_MAC = 18;
    private static final long TARGET = 24;

    private ArpPacket() {}

    public static int operation(MemorySegment bytes, long at) {
        return u16(bytes, at + OPERATION);
    }

    public static long senderMac(MemorySegment bytes, long at) {
        return u48(bytes, at + SENDER_MAC);
    }

    /// The low half of the sender's mapped address; 0.0.0.0 in a probe (RFC 5227 §1.1).
    public static long sender(MemorySegment bytes, long at) {
        return Address.V4 | u32(bytes, at + SENDER);
    }

    public static long targetMac(MemorySegment bytes, long at) {
        return u48(bytes, at + TARGET_MAC);
    }

    /// The low half of the target's mapped address.
    public static long target(MemorySegment bytes, long at) {
        return Address.V4 | u32(bytes, at + TARGET);
    }

    /// Whether it asks if an address is free: a request without a sender (RFC 5227 §1.1).
    public static boolean isProbe(MemorySegment bytes, long at) {
        return operation(bytes, at) == REQUEST && sender(bytes, at) == Address.V4;
    }

    /// Whether it tells others about its sender and asks for nothing (RFC 5227 §1.1).
    public static boolean isAnnouncement(MemorySegment bytes, long at) {
        return sender(bytes, at) == target(bytes, at) && sender(bytes, at) != Address.V4;
    }

    /// Says whether one whole packet can begin here. In the order of RFC 826, "Packet Reception".
    public static Verdict check(MemorySegment bytes, long at, int length) {
        if (length < LENGTH) {
            return Verdict.TRUNCATED;
        }
        if (u16(bytes, at + HARDWARE) != ETHERNET || u16(bytes, at + PROTOCOL) != EthernetHeader.IPV4) {
            return Verdict.UNKNOWN_PROTOCOL;
        }
        if (u8(bytes, at + HARDWARE_LENGTH) != 6 || u8(bytes, at + PROTOCOL_LENGTH) != 4) {
            return Verdict.BAD_LENGTH;
        }
        int operation = operation(bytes, at);
        if (operation != REQUEST && operation != REPLY) {
            return Verdict.BAD_TYPE;
        }
        // RFC 1812 §3.3.2: a broadcast or multicast link address is not believed.
        return MacAddress.isMulticast(senderMac(bytes, at)) ? Verdict.BAD_SOURCE : Verdict.OK;
    }

    /// Lays down a packet. Of the addresses, only the low 32 bits count: mapped and bare ones do alike.
    public static void write(
            MemorySegment bytes, long at, int operation, long senderMac, long sender, long targetMac, long target) {
        u16(bytes, at + HARDWARE, ETHERNET);
        u16(bytes, at + PROTOCOL, EthernetHeader.IPV4);
        u8(bytes, at + HARDWARE_LENGTH, 6);
        u8(bytes, at + PROTOCOL_LENGTH, 4);
        u16(bytes, at + OPERATION, operation);
        u48(bytes, at + SENDER_MAC, senderMac);
        u32(bytes, at + SENDER, sender);
        u48(bytes, at + TARGET_MAC, targetMac);
        u32(bytes, at + TARGET, target);
    }
}
