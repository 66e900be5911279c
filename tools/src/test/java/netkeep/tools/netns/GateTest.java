package netkeep.tools.netns;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import netkeep.link.Link;
import netkeep.link.SimLink;
import netkeep.wire.Address;
import netkeep.wire.Checksum;
import netkeep.wire.EthernetHeader;
import netkeep.wire.IpProtocol;
import netkeep.wire.Ipv4Header;
import netkeep.wire.Ipv6Header;
import netkeep.wire.TcpHeader;
import netkeep.wire.Verdict;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Frames that waited until it was said what becomes of their flow.
class GateTest {
    private static final long MAC = 0x02_00_00_00_00_01L;
    private static final long HI = 0xfd00_0198_0018_0000L;
    private static final long FROM = Address.parse("198.18.0.2").lo();
    private static final long TO = Address.parse("198.18.0.1").lo();

    @Test
    void frameThatIsLetInIsDueAtOnce() {
        SimLink.Pair wire = SimLink.pair(SimLink.Settings.DEFAULT, MAC, MAC + 1);
        try (Gate gate = new Gate(wire.left(), Gateway.ROUTER_4, (flow, frame) -> true);
                Arena arena = Arena.ofConfined()) {
            MemorySegment frames = arena.allocate(gate.maxFrame());
            byte[] frame = {1, 2, 3};
            assertEquals(Link.NEVER, gate.deadlineNs());
            gate.pass(frame);
            assertEquals(0, gate.deadlineNs());
            assertEquals(frame.length, gate.receive(frames, 0, gate.maxFrame()));
            assertArrayEquals(frame, frames.asSlice(0, frame.length).toArray(ValueLayout.JAVA_BYTE));
            assertEquals(Link.NEVER, gate.deadlineNs());
            assertEquals(0, gate.receive(frames, 0, gate.maxFrame()));
        }
    }

    /// The octets of a SYN, with an option, and as many of text.
    private static byte[] syn(MemorySegment frame, boolean four, int text) {
        int options = 4;
        int segment = TcpHeader.LENGTH + options + text;
        long ip = Link.VIRTIO + EthernetHeader.LENGTH;
        frame.asSlice(0, Link.VIRTIO).fill((byte) 1);
        EthernetHeader.write(frame, Link.VIRTIO, MAC, MAC + 1, four ? EthernetHeader.IPV4 : EthernetHeader.IPV6);
        long tcp = ip + (four ? Ipv4Header.LENGTH : Ipv6Header.LENGTH);
        if (four) {
            Ipv4Header.write(
                    frame, ip, Ipv4Header.LENGTH, 0, Ipv4Header.LENGTH + segment, 7, 0, 9, IpProtocol.TCP, FROM, TO);
        } else {
            Ipv6Header.write(frame, ip, 0, 0, segment, IpProtocol.TCP, 9, HI, FROM, HI, TO);
        }
        TcpHeader.write(frame, tcp, 40_000, 80, -1 - text, 0, TcpHeader.LENGTH + options, TcpHeader.SYN, 1000, 0);
        return frame.asSlice(0, tcp + segment).toArray(ValueLayout.JAVA_BYTE);
    }

    /// Whoever listens at that port for others is not asked: the answer goes back over the link, whole.
    @ParameterizedTest
    @CsvSource({"true, 0", "true, 5", "false, 0", "false, 5"})
    void synThatIsRefusedIsAnsweredByAReset(boolean four, int text) {
        SimLink.Pair wire = SimLink.pair(SimLink.Settings.DEFAULT, MAC, MAC + 1);
        try (Gate gate = new Gate(wire.left(), Gateway.ROUTER_4, (flow, frame) -> true);
                Arena arena = Arena.ofConfined()) {
            MemorySegment frames = arena.allocate(gate.maxFrame());
            gate.refuse(syn(frames, four, text));
            assertEquals(0, gate.deadlineNs());
            assertEquals(0, gate.receive(frames, 0, gate.maxFrame()));
            assertEquals(Link.NEVER, gate.deadlineNs());
            frames.fill((byte) -1);

            int length = wire.right().receive(frames, 0, gate.maxFrame());

            long ip = Link.VIRTIO + EthernetHeader.LENGTH;
            long tcp = ip + (four ? Ipv4Header.LENGTH : Ipv6Header.LENGTH);
            assertEquals(tcp + TcpHeader.LENGTH, length);
            assertArrayEquals(
                    new byte[Link.VIRTIO], frames.asSlice(0, Link.VIRTIO).toArray(ValueLayout.JAVA_BYTE));
            assertEquals(MAC + 1, EthernetHeader.destination(frames, Link.VIRTIO));
            assertEquals(MAC, EthernetHeader.source(frames, Link.VIRTIO));
            long hi = four ? 0 : HI;
            if (four) {
                assertEquals(Verdict.OK, Ipv4Header.check(frames, ip, length - (int) ip));
                assertEquals(TO, Ipv4Header.source(frames, ip));
                assertEquals(FROM, Ipv4Header.destination(frames, ip));
            } else {
                assertEquals(Verdict.OK, Ipv6Header.check(frames, ip, length - (int) ip));
                assertEquals(TO, Ipv6Header.sourceLo(frames, ip));
                assertEquals(FROM, Ipv6Header.destinationLo(frames, ip));
            }
            assertEquals(TcpHeader.RST | TcpHeader.ACK, TcpHeader.flags(frames, tcp));
            assertEquals(80, TcpHeader.sourcePort(frames, tcp));
            assertEquals(40_000, TcpHeader.destinationPort(frames, tcp));
            assertEquals(0, TcpHeader.seq(frames, tcp));
            assertEquals(0, TcpHeader.ack(frames, tcp), "behind the SYN and its text");
            long sum = Checksum.pseudo(hi, TO, hi, FROM, IpProtocol.TCP, TcpHeader.LENGTH);
            assertEquals(Verdict.OK, TcpHeader.checkSum(frames, tcp, sum));
        }
    }
}
