package netkeep.placement;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import netkeep.session.Request;
import netkeep.wire.Address;
import netkeep.wire.ArpPacket;
import netkeep.wire.EthernetHeader;
import netkeep.wire.IpProtocol;
import netkeep.wire.Ipv4Header;
import netkeep.wire.Ipv6Header;
import netkeep.wire.VlanTag;

/// Who talks to whom in what crosses a boundary. A reused object, which keeps no reference to what it read.
///
/// What crosses the boundary of a session begins with this head:
///
/// ```text
///   0  what     u8    1 a request, 2 an event, 3 octets
///   1  protocol u8    6 or 17; 0 not known
///   2  session  u16
///   4  socket   u32
///   8  position u64   of the first octet in the socket's stream
///  16  local address, 32 remote address, hi and lo each
///  48  local port u16, 50 remote port u16, 52 free 4
/// ```
public final class Crossing {
    /// Octets of the head of what crosses the boundary of a session.
    public static final int SESSION_HEAD = 56;

    public static final int REQUEST = 1;
    public static final int EVENT = 2;
    public static final int OCTETS = 3;

    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    // What is read here may be changed by its writer meanwhile: each field is read once.
    int etherType;
    int protocol;
    int session;
    long sourceHi;
    long sourceLo;
    long targetHi;
    long targetLo;
    int sourcePort;
    int targetPort;

    /// Where what the protocol carries begins, from the frame's begin; -1 where no protocol was found.
    int upper;

    public Crossing() {}

    private void clear() {
        etherType = 0;
        protocol = -1;
        session = -1;
        sourceHi = 0;
        sourceLo = 0;
        targetHi = 0;
        targetLo = 0;
        sourcePort = -1;
        targetPort = -1;
        upper = -1;
    }

    /// Reads a frame from its Ethernet header on, as far as `length` octets of it are there.
    public void frame(MemorySegment memory, long at, int length) {
        clear();
        int header = EthernetHeader.LENGTH;
        if (length < header) {
            return;
        }
        etherType = EthernetHeader.etherType(memory, at);
        if (etherType == EthernetHeader.VLAN && length >= header + VlanTag.LENGTH) {
            etherType = VlanTag.etherType(memory, at + header);
            header += VlanTag.LENGTH;
        }
        packet(memory, at, header, length);
    }

    private void packet(MemorySegment memory, long at, int header, int length) {
        switch (etherType) {
            case EthernetHeader.IPV4 -> ipv4(memory, at, header, length);
            case EthernetHeader.IPV6 -> ipv6(memory, at, header, length);
            case EthernetHeader.ARP -> {
                if (length >= header + ArpPacket.LENGTH) {
                    sourceLo = ArpPacket.sender(memory, at + header);
                    targetLo = ArpPacket.target(memory, at + header);
                }
            }
            default -> {
                // Of something else nothing is known.
            }
        }
    }

    private void ipv4(MemorySegment memory, long at, int header, int length) {
        if (length < header + Ipv4Header.LENGTH) {
            return;
        }
        sourceLo = Address.V4 | Ipv4Header.source(memory, at + header);
        targetLo = Address.V4 | Ipv4Header.destination(memory, at + header);
        protocol = Ipv4Header.protocol(memory, at + header);
        boolean first = Ipv4Header.fragmentOffset(memory, at + header) == 0;
        upper(memory, at, header + Ipv4Header.headerLength(memory, at + header), length, first);
    }

    private void ipv6(MemorySegment memory, long at, int header, int length) {
        if (length < header + Ipv6Header.LENGTH) {
            return;
        }
        sourceHi = Ipv6Header.sourceHi(memory, at + header);
        sourceLo = Ipv6Header.sourceLo(memory, at + header);
        targetHi = Ipv6Header.destinationHi(memory, at + header);
        targetLo = Ipv6Header.destinationLo(memory, at + header);
        int next = Ipv6Header.nextHeader(memory, at + header);
        int offset = header + Ipv6Header.LENGTH;
        boolean first = true;
        while (extends6(next) && length >= offset + 8) {
            boolean fragment = next == IpProtocol.FRAGMENT;
            next = memory.get(ValueLayout.JAVA_BYTE, at + offset) & 0xFF;
            first &= !fragment || (port(memory, at + offset + 2) & ~7) == 0;
            offset += fragment ? 8 : 8 + 8 * (memory.get(ValueLayout.JAVA_BYTE, at + offset + 1) & 0xFF);
        }
        protocol = next;
        upper(memory, at, offset, length, first);
    }

    private static boolean extends6(int next) {
        return next == IpProtocol.HOP_BY_HOP
                || next == IpProtocol.ROUTING
                || next == IpProtocol.FRAGMENT
                || next == IpProtocol.DESTINATION_OPTIONS;
    }

    private void upper(MemorySegment memory, long at, int offset, int length, boolean first) {
        upper = first ? offset : -1;
        boolean ports = protocol == IpProtocol.TCP || protocol == IpProtocol.UDP;
        if (ports && first && length >= offset + 4) {
            sourcePort = port(memory, at + offset);
            targetPort = port(memory, at + offset + 2);
        }
    }

    private static int port(MemorySegment memory, long at) {
        return memory.get(SHORT, at) & 0xFFFF;
    }

    /// Reads the head of what crosses the boundary of a session; of a request for addresses the request, too.
    ///
    /// @param up whether it goes to the client: then the source is the other host
    public void session(MemorySegment memory, long at, int length, boolean up) {
        clear();
        if (length < SESSION_HEAD) {
            return;
        }
        int word = memory.get(ValueLayout.JAVA_INT_UNALIGNED, at);
        protocol = word >>> 8 & 0xFF;
        session = word >>> 16;
        parties(memory, at + 16, at + 32, at + 48, at + 50, up);
        boolean asks = (word & 0xFF) == REQUEST && length >= SESSION_HEAD + 64;
        int op = asks ? memory.get(ValueLayout.JAVA_BYTE, at + SESSION_HEAD + Request.OP) : 0;
        long named = at + SESSION_HEAD + Request.ADDRESS;
        long port = at + SESSION_HEAD + Request.PORT;
        if (op == Request.CONNECT) {
            targetHi = memory.get(ValueLayout.JAVA_LONG_UNALIGNED, named);
            targetLo = memory.get(ValueLayout.JAVA_LONG_UNALIGNED, named + 8);
            targetPort = memory.get(ValueLayout.JAVA_SHORT_UNALIGNED, port) & 0xFFFF;
        } else if (op == Request.BIND) {
            sourceHi = memory.get(ValueLayout.JAVA_LONG_UNALIGNED, named);
            sourceLo = memory.get(ValueLayout.JAVA_LONG_UNALIGNED, named + 8);
            sourcePort = memory.get(ValueLayout.JAVA_SHORT_UNALIGNED, port) & 0xFFFF;
        }
    }

    private void parties(MemorySegment memory, long local, long remote, long localPort, long remotePort, boolean up) {
        long source = up ? remote : local;
        long target = up ? local : remote;
        sourceHi = memory.get(ValueLayout.JAVA_LONG_UNALIGNED, source);
        sourceLo = memory.get(ValueLayout.JAVA_LONG_UNALIGNED, source + 8);
        targetHi = memory.get(ValueLayout.JAVA_LONG_UNALIGNED, target);
        targetLo = memory.get(ValueLayout.JAVA_LONG_UNALIGNED, target + 8);
        sourcePort = memory.get(ValueLayout.JAVA_SHORT_UNALIGNED, up ? remotePort : localPort) & 0xFFFF;
        targetPort = memory.get(ValueLayout.JAVA_SHORT_UNALIGNED, up ? localPort : remotePort) & 0xFFFF;
    }

    public int etherType() {
        return etherType;
    }

    /// The protocol above IP, -1 where there is none.
    public int protocol() {
        return protocol;
    }

    public Address source() {
        return Address.of(sourceHi, sourceLo);
    }

    public Address target() {
        return Address.of(targetHi, targetLo);
    }

    /// -1 where there is none.
    public int sourcePort() {
        return sourcePort;
    }

    public int targetPort() {
        return targetPort;
    }

    /// Where the header above IP begins, from the Ethernet header on; -1 where none is known.
    public int upper() {
        return upper;
    }
}
