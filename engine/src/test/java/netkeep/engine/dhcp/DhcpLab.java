package netkeep.engine.dhcp;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import netkeep.engine.Frames;
import netkeep.engine.Lab;
import netkeep.engine.ip.IpSettings;
import netkeep.engine.neighbor.LinkSettings;
import netkeep.wire.Address;
import netkeep.wire.Checksum;
import netkeep.wire.DhcpMessage;
import netkeep.wire.EthernetHeader;
import netkeep.wire.IpProtocol;
import netkeep.wire.Ipv4Header;
import netkeep.wire.MacAddress;
import netkeep.wire.UdpHeader;
import netkeep.wire.Verdict;

/// A client on a table, and what servers say to it.
final class DhcpLab {
    static final Address SERVER = Address.parse("198.18.0.1");
    static final Address OTHER = Address.parse("198.18.0.3");
    static final Address LENT = Address.parse("198.18.0.77");
    static final Address ROUTER = Address.parse("198.18.0.254");
    static final long SERVER_MAC = 0x02_00_00_00_00_09L;

    final Lab lab = new Lab(
            IpSettings.DEFAULT.withOptimistic(false), LinkSettings.LOOPBACK, LinkSettings.ethernet(1, Lab.MAC, 1500));

    /// A message of the client.
    ///
    /// @param frame that it came in
    record Said(Lab.Frame frame, long toMac, Address from, Address to, int type, long xid, long ciaddr, int secs) {
        private static final int UDP = 24 + Ipv4Header.LENGTH;
        private static final int AT = UDP + UdpHeader.LENGTH;

        static Said of(Lab.Frame frame) {
            MemorySegment memory = frame.memory();
            long sum = Checksum.pseudo(
                    0,
                    Address.V4 | Ipv4Header.source(memory, 24),
                    0,
                    Address.V4 | Ipv4Header.destination(memory, 24),
                    IpProtocol.UDP,
                    frame.octets().length - UDP);
            Verdict whole = UdpHeader.checkSum(memory, UDP, Checksum.add(sum, memory, AT, frame.octets().length - AT));
            boolean ports = UdpHeader.sourcePort(memory, UDP) == DhcpMessage.CLIENT_PORT
                    && UdpHeader.destinationPort(memory, UDP) == DhcpMessage.SERVER_PORT;
            if (whole != Verdict.OK || !ports || frame.octets()[AT] != 1) {
                throw new AssertionError("no message of a client: " + whole);
            }
            return new Said(
                    frame,
                    frame.to(),
                    Address.v4((int) Ipv4Header.source(memory, 24)),
                    Address.v4((int) Ipv4Header.destination(memory, 24)),
                    (int) new View(frame).number(DhcpMessage.MESSAGE_TYPE, 1),
                    DhcpMessage.xid(memory, AT),
                    new View(frame).u32(12),
                    (int) (new View(frame).u32(8) >>> 16));
        }

        long option(int option) {
            return new View(frame).number(option, 4);
        }

        /// Where an option's value lies in the message, -1 if it is not there.
        int place(int option) {
            return DhcpMessage.option(frame.memory(), AT, frame.octets().length - AT, option);
        }

        private record View(Lab.Frame frame) {
            private long number(int option, int octets) {
                return DhcpMessage.number(frame.memory(), AT, frame.octets().length - AT, option, octets);
            }

            private long u32(int at) {
                return netkeep.wire.Octets.u32(frame.memory(), AT + at);
            }
        }
    }

    /// What a server answers.
    static final class Answer {
        private final byte[] message = new byte[236 + 312];
        private final MemorySegment memory = MemorySegment.ofArray(message);
        private final Address from;
        private int next;

        Answer(int type, long xid, Address server) {
            this.from = server;
            next = DhcpMessage.write(memory, 0, type, xid, 0, 0, Lab.MAC);
            message[0] = 2;
            number(DhcpMessage.SERVER, 4, server.lo() & 0xFFFF_FFFFL);
        }

        Answer address(Address lent) {
            netkeep.wire.Octets.u32(memory, 16, lent.lo() & 0xFFFF_FFFFL);
            return this;
        }

        /// Pads, so that the next option stands there.
        Answer at(int place) {
            next = place;
            return this;
        }

        Answer number(int option, int octets, long value) {
            next = DhcpMessage.put(memory, 0, next, option, octets, value);
            return this;
        }

        Answer octets(int option, byte[] value) {
            message[next] = (byte) option;
            message[next + 1] = (byte) value.length;
            System.arraycopy(value, 0, message, next + 2, value.length);
            next += 2 + value.length;
            return this;
        }

        Answer lease(long seconds) {
            return number(DhcpMessage.LEASE_TIME, 4, seconds);
        }

        /// Of 16 bits, where the address alone would mean 24.
        Answer mask() {
            return number(DhcpMessage.SUBNET_MASK, 4, 0xFFFF_0000L);
        }

        byte[] octets() {
            DhcpMessage.end(memory, 0, next);
            return message.clone();
        }

        /// The frame, as it is broadcast or sent to the client's own address.
        byte[] frame(Address to) {
            return DhcpLab.frame(octets(), from, to);
        }
    }

    static byte[] frame(byte[] message, Address from, Address to) {
        int all = UdpHeader.LENGTH + message.length;
        byte[] packet = new byte[Ipv4Header.LENGTH + all];
        MemorySegment memory = MemorySegment.ofArray(packet);
        Ipv4Header.write(memory, 0, Ipv4Header.LENGTH, 0, packet.length, 1, 0, 64, IpProtocol.UDP, from.lo(), to.lo());
        System.arraycopy(message, 0, packet, Ipv4Header.LENGTH + UdpHeader.LENGTH, message.length);
        long sum = Checksum.pseudo(0, from.lo(), 0, to.lo(), IpProtocol.UDP, all);
        sum = Checksum.add(sum, memory, Ipv4Header.LENGTH + UdpHeader.LENGTH, message.length);
        UdpHeader.write(memory, Ipv4Header.LENGTH, DhcpMessage.SERVER_PORT, DhcpMessage.CLIENT_PORT, all, sum);
        long mac = to.equals(Address.BROADCAST) ? MacAddress.BROADCAST : Lab.MAC;
        return Frames.ethernet(mac, SERVER_MAC, EthernetHeader.IPV4, packet);
    }

    /// What the client has sent since the last call.
    List<Said> said() {
        List<Said> all = new ArrayList<>();
        for (Lab.Frame frame : lab.taken(EthernetHeader.IPV4)) {
            // Reports of groups go out, too.
            if (frame.u8(9) == IpProtocol.UDP) {
                all.add(Said.of(frame));
            }
        }
        return all;
    }

    /// The only one.
    Said only() {
        List<Said> all = said();
        if (all.size() != 1) {
            throw new AssertionError("said " + all);
        }
        return all.getFirst();
    }

    Verdict hears(Answer answer) {
        return lab.arrives(answer.frame(Address.BROADCAST));
    }

    DhcpState state() {
        return lab.dhcp.state(1);
    }

    boolean has(Address address) {
        return lab.ip.local(address.hi(), address.lo());
    }

    void pass(long seconds) {
        lab.pass(seconds * 1_000_000_000L);
    }

    /// As far as DISCOVER, whose transaction this is.
    long discovers() {
        lab.dhcp.begin(1, lab.nowNs);
        lab.passMs(Dhcp.MOST_DELAY_MS);
        return only().xid();
    }

    /// As far as a lease.
    void bind(long seconds) {
        long xid = discovers();
        hears(new Answer(DhcpMessage.OFFER, xid, SERVER).address(LENT).lease(seconds));
        lab.turn();
        hears(ack(only().xid(), seconds));
    }

    static Answer ack(long xid, long seconds) {
        return new Answer(DhcpMessage.ACK, xid, SERVER)
                .address(LENT)
                .lease(seconds)
                .mask()
                .number(DhcpMessage.ROUTER, 4, ROUTER.lo() & 0xFFFF_FFFFL)
                .number(DhcpMessage.INTERFACE_MTU, 2, 1400);
    }
}
