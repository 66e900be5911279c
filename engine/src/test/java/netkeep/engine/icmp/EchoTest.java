package netkeep.engine.icmp;

import static netkeep.engine.Frames.counting;
import static netkeep.engine.Frames.hex;
import static netkeep.engine.Frames.icmp4;
import static netkeep.engine.Frames.icmp6;
import static netkeep.engine.Frames.icmp6In;
import static netkeep.engine.Frames.slice;
import static netkeep.engine.Frames.v4;
import static netkeep.engine.Frames.v6;
import static netkeep.engine.Lab.FAR;
import static netkeep.engine.Lab.FAR6;
import static netkeep.engine.Lab.MAC;
import static netkeep.engine.Lab.OURS;
import static netkeep.engine.Lab.OURS6;
import static netkeep.engine.Lab.PEER;
import static netkeep.engine.Lab.PEER6;
import static netkeep.engine.Lab.PEER_MAC;
import static netkeep.engine.Lab.ROUTER;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import netkeep.engine.Frames;
import netkeep.engine.Lab;
import netkeep.engine.ip.Failure;
import netkeep.engine.ip.Packet;
import netkeep.sim.Rfc;
import netkeep.wire.Address;
import netkeep.wire.ArpPacket;
import netkeep.wire.EthernetHeader;
import netkeep.wire.IpProtocol;
import netkeep.wire.Ipv4Header;
import netkeep.wire.Verdict;
import org.junit.jupiter.api.Test;

class EchoTest {
    private final Lab lab = new Lab().knowPeer();

    @Test
    void requestIsAnsweredWithAllItsData() {
        byte[] data = counting(0, 1000);

        assertEquals(Verdict.OK, lab.arrives(v4(IpProtocol.ICMPV4, icmp4(8, 0, 0x1234_0001, data))));

        List<Lab.Frame> sent = lab.take();
        assertEquals(1, sent.size());
        byte[] frame = sent.getFirst().octets();
        assertEquals(PEER_MAC, EthernetHeader.destination(sent.getFirst().memory(), 10));
        assertEquals(MAC, EthernetHeader.source(sent.getFirst().memory(), 10));
        byte[] reply = slice(frame, 10 + 14 + 20, frame.length - 44);
        assertArrayEquals(icmp4(0, 0, 0x1234_0001, data), reply);
    }

    @Test
    void requestOverIpv6IsAnsweredWithAllItsData() {
        byte[] data = counting(3, 1200);

        assertEquals(Verdict.OK, lab.arrives(icmp6In(PEER6, OURS6, 64, 128, 0, 0x1234_0001, data)));

        List<Lab.Frame> sent = lab.take();
        assertEquals(1, sent.size());
        byte[] frame = sent.getFirst().octets();
        byte[] reply = slice(frame, 10 + 14 + 40, frame.length - 64);
        assertArrayEquals(Frames.icmp6(OURS6, PEER6, 129, 0, 0x1234_0001, data), reply);
    }

    /// The header and the message of the answer to a request with these options.
    private byte[] answered(String options) {
        byte[] request = icmp4(8, 0, 1, counting(0, 8));
        assertEquals(
                Verdict.OK, lab.arrives(v4(PEER, OURS, IpProtocol.ICMPV4, 7, 0, 64, hex(options), request)), options);
        byte[] packet = lab.only().packet();
        MemorySegment memory = MemorySegment.ofArray(packet);
        assertEquals(Verdict.OK, Ipv4Header.check(memory, 0, packet.length));
        int header = Ipv4Header.headerLength(memory, 0);
        assertArrayEquals(icmp4(0, 0, 1, counting(0, 8)), slice(packet, header, packet.length - header));
        return slice(packet, 20, header - 20);
    }

    @Rfc({"1122 3.2.2.6 record route reversed", "1122 3.2.1.8 (d) record route", "791 3.1 padding"})
    @Test
    void recordedRouteComesBackWithThisHost() {
        String ours = HexFormat.of().formatHex(OURS.octets());
        assertArrayEquals(hex("07 0B 08 " + ours + " 00 00 00 00 00"), answered("07 0B 04 00 00 00 00 00 00 00 00 00"));
        assertArrayEquals(hex("07 0B 0C 0A 00 00 01 " + ours + " 00"), answered("01 07 0B 08 0A 00 00 01 00 00 00 00"));
        // No room is left.
        assertArrayEquals(hex("07 07 08 0A 00 00 01 00"), answered("07 07 08 0A 00 00 01 00"));
    }

    @Rfc({"1122 3.2.2.6 record route reversed", "1122 3.2.1.8 (e) timestamp"})
    @Test
    void recordedTimesComeBackWithOurs() {
        String ours = HexFormat.of().formatHex(OURS.octets());
        String now = HexFormat.of().toHexDigits((int) (lab.nowNs / 1_000_000) | 0x8000_0000);
        assertArrayEquals(hex("44 08 09 00 " + now), answered("44 08 05 00 00 00 00 00"));
        assertArrayEquals(hex("44 0C 0D 01 " + ours + now), answered("44 0C 05 01 00 00 00 00 00 00 00 00"));
        assertArrayEquals(hex("44 0C 0D 03 " + ours + now), answered("44 0C 05 03 " + ours + " 00 00 00 00"));
        // Another's turn; and who finds no room is counted, up to 15.
        assertArrayEquals(hex("44 0C 05 03 0A 00 00 01 00 00 00 00"), answered("44 0C 05 03 0A 00 00 01 00 00 00 00"));
        assertArrayEquals(hex("44 08 09 10 00 00 00 00"), answered("44 08 09 00 00 00 00 00"));
        assertArrayEquals(hex("44 08 09 F0 00 00 00 00"), answered("44 08 09 E0 00 00 00 00"));
    }

    /// RFC 791 §3.1: such a packet is in error.
    @Rfc("791 3.1 record route and timestamp")
    @Test
    void whoseRecordHasNoRoomForAWholeEntryIsToldSo() {
        for (String options :
                List.of("07 07 03 00 00 00 00 00", "07 08 08 0A 00 00 01 00", "44 08 04 00 00 00 00 00")) {
            byte[] request = icmp4(8, 0, 1, counting(0, 8));
            assertEquals(
                    Verdict.BAD_OPTION,
                    lab.arrives(v4(PEER, OURS, IpProtocol.ICMPV4, 7, 0, 64, hex(options), request)));
            byte[] error = lab.only().upper();
            assertEquals(12, error[0]);
            assertEquals(22, error[4]);
        }
    }

    @Test
    void whatRecordsNothingDoesNotComeBack() {
        assertArrayEquals(new byte[0], answered("94 04 00 00"));
        assertArrayEquals(new byte[0], answered("9E 03 07 01"));
    }

    @Test
    void answerWaitsForTheNeighbor() {
        Lab fresh = new Lab();
        byte[] request = v4(IpProtocol.ICMPV4, icmp4(8, 0, 1, counting(0, 8)));

        assertEquals(Verdict.OK, fresh.arrives(request));

        List<Lab.Frame> sent = fresh.take();
        assertEquals(1, sent.size());
        assertEquals(
                EthernetHeader.ARP, EthernetHeader.etherType(sent.getFirst().memory(), 10));
        assertEquals(ArpPacket.REQUEST, ArpPacket.operation(sent.getFirst().memory(), 24));
        assertEquals(PEER.lo(), ArpPacket.target(sent.getFirst().memory(), 24));

        assertEquals(Verdict.OK, fresh.arrives(Frames.arp(ArpPacket.REPLY, PEER_MAC, PEER, MAC, OURS)));

        sent = fresh.take();
        assertEquals(1, sent.size());
        assertEquals(
                EthernetHeader.IPV4, EthernetHeader.etherType(sent.getFirst().memory(), 10));
        assertEquals(PEER_MAC, EthernetHeader.destination(sent.getFirst().memory(), 10));
    }

    @Rfc({"1122 3.2.2.6 client", "4443 4.1 client"})
    @Test
    void requestIsTheseOctets() {
        byte[] data = counting(0, 8);
        lab.icmp.echo(PEER.hi(), PEER.lo(), 0, 0x102, 0x304, MemorySegment.ofArray(data), 8, lab.nowNs);
        lab.turn();
        assertArrayEquals(icmp4(8, 0, 0x102_0304L, data), lab.only().upper());
        lab.icmp.echo(PEER6.hi(), PEER6.lo(), 0, 0x102, 0x304, MemorySegment.ofArray(data), 8, lab.nowNs);
        lab.turn();
        assertArrayEquals(
                icmp6(OURS6, PEER6, 128, 0, 0x102_0304L, data), lab.only().upper());
    }

    @Test
    void ownAddressAnswersThroughTheLoopback() {
        long[] replies = new long[1];
        lab.icmp.echoes((packet, identifier, sequence, nowNs) -> replies[0] = (long) identifier << 16 | sequence);
        byte[] data = counting(0, 4);

        for (Address address : List.of(OURS, OURS6, Address.parse("127.0.0.1"), Address.parse("::1"))) {
            replies[0] = 0;
            assertEquals(
                    true,
                    lab.icmp.echo(address.hi(), address.lo(), 0, 7, 9, MemorySegment.ofArray(data), 4, lab.nowNs));
            lab.turn();
            assertEquals(7L << 16 | 9, replies[0], address.toString());
            lab.take().forEach(frame -> assertEquals(0, frame.link()));
        }
    }

    /// Who asks, and keeps what came of it.
    private static final class Asker implements Echoes {
        private final List<String> heard = new ArrayList<>();

        @Override
        public void replied(Packet packet, int identifier, int sequence, long nowNs) {
            heard.add("reply " + identifier + " " + sequence);
        }

        @Override
        public void failed(Failure failure, int identifier, int sequence, long nowNs) {
            heard.add(failure.kind + " " + identifier + " " + sequence + " by "
                    + Address.of(failure.reporterHi, failure.reporterLo));
        }
    }

    @Test
    void errorsAboutRequestsArePassedUp() {
        Asker asker = new Asker();
        lab.icmp.echoes(asker);
        byte[] request4 = icmp4(8, 0, 7L << 16 | 9, counting(0, 4));
        byte[] request6 = icmp6(OURS6, FAR6, 128, 0, 7L << 16 | 10, counting(0, 4));
        byte[] packet6 = v6(OURS6, FAR6, 58, 64, request6);

        lab.arrives(v4(ROUTER, OURS, 1, icmp4(3, 1, 0, slice(v4(OURS, FAR, 1, request4), 14, 28))));
        lab.arrives(icmp6In(PEER6, OURS6, 64, 3, 0, 0, slice(packet6, 14, packet6.length - 14)));
        // A reply of ours that could not be delivered is nobody's.
        byte[] reply4 = icmp4(0, 0, 7L << 16 | 9, counting(0, 4));
        lab.arrives(v4(ROUTER, OURS, 1, icmp4(3, 1, 0, slice(v4(OURS, FAR, 1, reply4), 14, 28))));

        assertEquals(List.of("HOST_UNREACHABLE 7 9 by " + ROUTER, "HOPS_EXCEEDED 7 10 by " + PEER6), asker.heard);
    }

    @Test
    void requestWithoutNeighborFailsByOurselves() {
        Asker asker = new Asker();
        lab.icmp.echoes(asker);
        Address nobody = Address.parse("198.18.0.77");
        lab.icmp.echo(nobody.hi(), nobody.lo(), 0, 7, 9, MemorySegment.ofArray(counting(0, 4)), 4, lab.nowNs);

        for (int second = 0; second < 10; second++) {
            lab.turn();
            lab.take();
            lab.nowNs += 1_000_000_000L;
        }

        assertEquals(List.of("HOST_UNREACHABLE 7 9 by " + OURS), asker.heard);
    }
}
