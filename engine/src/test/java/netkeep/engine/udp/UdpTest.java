// Long: what a datagram meets on its way, in and out, rule by rule.
package netkeep.engine.udp;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static netkeep.engine.Frames.cat;
import static netkeep.engine.Frames.counting;
import static netkeep.engine.Frames.hex;
import static netkeep.engine.Frames.icmp4;
import static netkeep.engine.Frames.icmp6In;
import static netkeep.engine.Frames.slice;
import static netkeep.engine.Frames.v4;
import static netkeep.engine.Frames.v6;
import static netkeep.engine.Lab.MAC;
import static netkeep.engine.Lab.OURS;
import static netkeep.engine.Lab.OURS6;
import static netkeep.engine.Lab.PEER;
import static netkeep.engine.Lab.PEER6;
import static netkeep.engine.Lab.ROUTER;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import netkeep.engine.Lab;
import netkeep.engine.ip.Path;
import netkeep.engine.ledger.Counter;
import netkeep.engine.neighbor.LinkSettings;
import netkeep.engine.sim.SimClient;
import netkeep.engine.socket.Errno;
import netkeep.session.Option;
import netkeep.session.Request;
import netkeep.session.Status;
import netkeep.sim.Rfc;
import netkeep.wire.Address;
import netkeep.wire.Checksum;
import netkeep.wire.Ipv4Header;
import netkeep.wire.Ipv6Header;
import netkeep.wire.UdpHeader;
import netkeep.wire.Verdict;
import netkeep.wire.VirtioNetHeader;
import org.junit.jupiter.api.Test;

class UdpTest {
    private static final Address GROUP = Address.parse("239.1.2.3");
    private static final Address ALL = Address.BROADCAST;

    private UdpLab lab = new UdpLab();

    private static byte[] datagram(Address from, Address to, int sourcePort, int port, byte[] payload) {
        byte[] octets = cat(new byte[8], payload);
        MemorySegment memory = MemorySegment.ofArray(octets);
        long sum = Checksum.pseudo(from.hi(), from.lo(), to.hi(), to.lo(), 17, octets.length);
        UdpHeader.write(memory, 0, sourcePort, port, octets.length, Checksum.add(sum, memory, 8, payload.length));
        return octets;
    }

    private Verdict arrives(Address from, Address to, int sourcePort, int port, byte[] payload) {
        byte[] octets = datagram(from, to, sourcePort, port, payload);
        return lab.arrives(from.isV4() ? v4(from, to, 17, octets) : v6(from, to, 17, 64, octets));
    }

    private Verdict arrives(int port, byte[] payload) {
        return arrives(PEER, OURS, 4000, port, payload);
    }

    private byte[] received(int socket) {
        assertTrue(lab.client.hasDatagram(socket), "nothing to receive");
        SimClient.Arrived arrived = lab.client.takeDatagram(socket);
        assertEquals(0, arrived.error());
        byte[] octets = new byte[arrived.payload().size()];
        for (int i = 0; i < octets.length; i++) {
            octets[i] = arrived.payload().get(i);
        }
        return octets;
    }

    private boolean waits(int socket) {
        return lab.client.hasDatagram(socket);
    }

    private int error(int socket) {
        assertTrue(waits(socket), "nothing to receive");
        return lab.client.takeDatagram(socket).error();
    }

    private void send(int socket, Address to, int port, byte[] payload) {
        assertTrue(lab.client.sendTo(socket, to.hi(), to.lo(), port, payload));
        lab.turn();
    }

    private int connected(Address to, int port) {
        int socket = lab.client.open(17);
        assertEquals(0, lab.answer(lab.client.connect(socket, to.hi(), to.lo(), port), socket));
        return socket;
    }

    private int option(int socket, int option, long value) {
        return lab.answer(lab.client.option(socket, option, value), socket);
    }

    private static void assertGood(Lab.Frame frame) {
        boolean six = frame.u8(0) >>> 4 == 6;
        MemorySegment packet = frame.memory();
        int header = six ? 40 : 20;
        long sum = six
                ? Checksum.pseudo(
                        Ipv6Header.sourceHi(packet, 24),
                        Ipv6Header.sourceLo(packet, 24),
                        Ipv6Header.destinationHi(packet, 24),
                        Ipv6Header.destinationLo(packet, 24),
                        17,
                        frame.packet().length - 40)
                : Checksum.pseudo(
                        0,
                        Ipv4Header.source(packet, 24),
                        0,
                        Ipv4Header.destination(packet, 24),
                        17,
                        frame.packet().length - 20);
        assertNotEquals(0, UdpHeader.checksum(packet, 24 + header));
        assertEquals(0, Checksum.fold(Checksum.add(sum, packet, 24 + header, frame.packet().length - header)));
    }

    @Rfc({"768 user interface", "1122 4.1.4 TTL and TOS up", "1122 4.1.3.5 destination up", "8085 3.1.7 ECN"})
    @Test
    void datagramReachesItsPortWithItsSenderAndDestination() {
        int socket = lab.bound(53);
        assertEquals(Verdict.OK, arrives(53, counting(0, 99)));

        SimClient.Arrived arrived = lab.client.takeDatagram(socket);
        assertEquals(PEER.lo(), arrived.remoteLo());
        assertEquals(4000, arrived.port());
        assertEquals(OURS.lo(), arrived.localLo());
        assertEquals(64, arrived.hops());
        assertEquals(99, arrived.payload().size());
        arrives(PEER6, OURS6, 4000, 53, counting(0, 7));
        assertArrayEquals(counting(0, 7), received(socket));
        assertEquals(1, lab.count(Counter.UdpInDatagrams));
        assertEquals(1, lab.count(Counter.Udp6InDatagrams));
        byte[] urgent = v6(PEER6, OURS6, 17, 9, datagram(PEER6, OURS6, 4000, 53, counting(0, 7)));
        // Traffic class 0xBB, a mark of ECN with it, across two octets behind the Ethernet header.
        urgent[14] |= 0x0B;
        urgent[15] = (byte) 0xB0;
        assertEquals(Verdict.OK, lab.arrives(urgent));
        arrived = lab.client.takeDatagram(socket);
        assertEquals(9, arrived.hops());
        assertEquals(0xBB, arrived.trafficClass());
    }

    @Test
    void emptyDatagramIsOne() {
        int socket = lab.bound(53);
        arrives(53, new byte[0]);
        assertArrayEquals(new byte[0], received(socket));
    }

    @Rfc("768 length within the packet")
    @Test
    void octetsBehindTheLengthAreNoPayload() {
        int socket = lab.bound(53);
        byte[] octets = datagram(PEER, OURS, 4000, 53, counting(0, 5));
        assertEquals(Verdict.OK, lab.arrives(v4(PEER, OURS, 17, cat(octets, counting(0, 9)))));
        assertArrayEquals(counting(0, 5), received(socket));
        octets[5] = 7;
        assertEquals(Verdict.BAD_LENGTH, lab.arrives(v4(PEER, OURS, 17, octets)));
        octets[5] = 99;
        assertEquals(Verdict.BAD_LENGTH, lab.arrives(v4(PEER, OURS, 17, octets)));
        assertEquals(Verdict.TRUNCATED, lab.arrives(v4(PEER, OURS, 17, counting(0, 7))));
        assertFalse(waits(socket));
    }

    @Rfc({"1122 4.1.3.4 discard", "768 checksum in", "8085 3.4 validate"})
    @Test
    void wrongChecksumIsDroppedInSilence() {
        int socket = lab.bound(53);
        byte[] octets = datagram(PEER, OURS, 4000, 53, counting(0, 500));
        octets[300] ^= 1;
        assertEquals(Verdict.BAD_CHECKSUM, lab.arrives(v4(PEER, OURS, 17, octets)));
        assertFalse(waits(socket));
        assertEquals(List.of(), lab.take());
        assertEquals(1, lab.count(Counter.UdpInCsumErrors));
        octets = datagram(PEER6, OURS6, 4000, 53, counting(0, 500));
        octets[300] ^= 1;
        assertEquals(Verdict.BAD_CHECKSUM, lab.arrives(v6(PEER6, OURS6, 17, 64, octets)));
        assertFalse(waits(socket));
        assertEquals(List.of(), lab.take());
        assertEquals(1, lab.count(Counter.Udp6InCsumErrors));
    }

    @Rfc({"768 no checksum in", "8200 8.1 zero checksum", "8085 3.4.1 zero checksum"})
    @Test
    void checksumMayBeMissingOverIpv4Only() {
        int socket = lab.bound(53);
        byte[] four = datagram(PEER, OURS, 4000, 53, counting(0, 5));
        four[6] = 0;
        four[7] = 0;
        assertEquals(Verdict.OK, lab.arrives(v4(PEER, OURS, 17, four)));
        assertArrayEquals(counting(0, 5), received(socket));
        byte[] six = datagram(PEER6, OURS6, 4000, 53, counting(0, 5));
        six[6] = 0;
        six[7] = 0;
        assertEquals(Verdict.BAD_CHECKSUM, lab.arrives(v6(PEER6, OURS6, 17, 64, six)));
        assertFalse(waits(socket));
    }

    @Rfc({"1122 4.1.3.1 unreachable", "4443 3.1 code 4"})
    @Test
    void portThatNobodyHasIsUnreachable() {
        assertEquals(Verdict.NO_PORT, arrives(53, counting(0, 5)));
        assertArrayEquals(hex("03 03"), slice(lab.only().upper(), 0, 2));
        assertEquals(Verdict.NO_PORT, arrives(PEER6, OURS6, 4000, 53, counting(0, 5)));
        assertArrayEquals(hex("01 04"), slice(lab.only().upper(), 0, 2));
        assertEquals(1, lab.count(Counter.UdpNoPorts));
        assertEquals(1, lab.count(Counter.Udp6NoPorts));
    }

    @Rfc({"768 send", "1122 4.1.3.4 generate", "1122 4.1.3.4 default", "8200 8.1 checksum", "8085 3.4 checksum"})
    @Test
    void datagramGoesOutWithItsChecksum() {
        int socket = lab.bound(1000);
        for (int length : new int[] {0, 1, 2, 99, 1_472}) {
            send(socket, PEER, 53, counting(length, length));
            Lab.Frame frame = lab.only();
            assertEquals(0x4000, frame.u16(6));
            assertGood(frame);
            byte[] upper = frame.upper();
            assertArrayEquals(counting(length, length), slice(upper, 8, length));
            assertArrayEquals(hex("03E8 0035"), slice(upper, 0, 4));
            assertEquals(8 + length, frame.u16(24));
            send(socket, PEER6, 53, counting(length, Math.min(length, 1_452)));
            assertGood(lab.only());
        }
        assertEquals(5, lab.count(Counter.UdpOutDatagrams));
        assertEquals(5, lab.count(Counter.Udp6OutDatagrams));
    }

    @Test
    void linkWithChecksumsCompletesThem() {
        lab = new UdpLab(LinkSettings.ethernet(1, MAC, 1500).withOffloads(70_000));
        int socket = lab.bound(1000);
        send(socket, PEER, 53, counting(0, 99));
        Lab.Frame frame = lab.only();
        assertEquals(VirtioNetHeader.NEEDS_CSUM, VirtioNetHeader.flags(frame.memory(), 0));
        assertEquals(34, VirtioNetHeader.csumStart(frame.memory(), 0));
        assertEquals(6, VirtioNetHeader.csumOffset(frame.memory(), 0));
        long pseudo = Checksum.pseudo(0, OURS.lo(), 0, PEER.lo(), 17, 107);
        assertEquals(Checksum.partial(pseudo), frame.u16(26));
        assertEquals(Verdict.OK, VirtioNetHeader.check(frame.memory(), 0, frame.octets().length));

        lab.take();
        send(socket, PEER, 53, counting(0, 3_000));
        for (Lab.Frame piece : lab.take()) {
            assertEquals(0, VirtioNetHeader.flags(piece.memory(), 0));
        }
    }

    @Rfc({"8085 3.2 fragments", "1122 3.3.3 fragmentation"})
    @Test
    void longDatagramIsCutAndComesWholeThroughTheLoopback() {
        int socket = lab.bound(1000);
        int other = lab.bound(2000);
        for (Address to : List.of(PEER, PEER6)) {
            send(socket, to, 53, counting(0, 5_000));
            List<Lab.Frame> frames = lab.take();
            assertEquals(4, frames.size());
            byte[] all = new byte[0];
            int header = to.isV4() ? 20 : 48;
            for (Lab.Frame frame : frames) {
                boolean more = frame != frames.getLast();
                if (to.isV4()) {
                    assertEquals(all.length / 8 | (more ? Ipv4Header.MORE_FRAGMENTS : 0), frame.u16(6));
                    assertEquals(frames.getFirst().u16(4), frame.u16(4));
                } else {
                    assertEquals(all.length | (more ? 1 : 0), frame.u16(42));
                    assertArrayEquals(slice(frames.getFirst().packet(), 44, 4), slice(frame.packet(), 44, 4));
                    assertEquals(17, frame.u8(40));
                }
                assertTrue(frame.packet().length <= 1_500);
                all = cat(all, slice(frame.packet(), header, frame.packet().length - header));
            }
            Address from = to.isV4() ? OURS : OURS6;
            assertArrayEquals(datagram(from, to, 1000, 53, counting(0, 5_000)), all);
        }
        send(socket, OURS, 2000, counting(0, 65_507));
        assertArrayEquals(counting(0, 65_507), received(other));
        send(socket, OURS6, 2000, counting(0, 65_527));
        assertArrayEquals(counting(0, 65_527), received(other));
    }

    @Test
    void datagramThatNoPacketHoldsIsAnError() {
        int socket = lab.bound(1000);
        send(socket, PEER, 53, counting(0, 65_508));
        assertEquals(Errno.EMSGSIZE, error(socket));
        assertEquals(List.of(), lab.take());
    }

    /// The first that fits is sent, the first that does not is not.
    @Test
    void datagramThatMayNotBeCutIsAnErrorWhereItWouldBe() {
        int socket = lab.bound(1000);
        option(socket, Option.DONT_FRAGMENT, 1);
        send(socket, PEER, 53, counting(0, 1_472));
        assertEquals(1, lab.take().size());
        send(socket, PEER, 53, counting(0, 1_473));
        assertEquals(Errno.EMSGSIZE, error(socket));
        assertEquals(List.of(), lab.take());
        option(socket, Option.DONT_FRAGMENT, 0);
        send(socket, PEER, 53, counting(0, 1_473));
        assertEquals(2, lab.take().size());
    }

    @Rfc({"8085 3.2 path MTU", "1122 3.4 MMS_S"})
    @Test
    void pathMtuIsLearntFromErrorsAndObeyed() {
        int socket = lab.bound(1000);
        send(socket, PEER, 53, counting(0, 1_400));
        byte[] quote = slice(lab.only().packet(), 0, 28);
        lab.arrives(v4(ROUTER, OURS, 1, icmp4(3, 4, 1000, quote)));
        send(socket, PEER, 53, counting(0, 1_400));
        assertEquals(2, lab.take().size());
        send(socket, PEER, 53, counting(0, 972));
        assertEquals(1, lab.take().size());
        send(socket, PEER6, 53, counting(0, 1_400));
        lab.arrives(icmp6In(PEER6, OURS6, 64, 2, 0, 1300, slice(lab.only().packet(), 0, 48)));
        send(socket, PEER6, 53, counting(0, 1_400));
        assertEquals(2, lab.take().size());
        send(socket, PEER6, 53, counting(0, 1_252));
        assertEquals(1, lab.take().size());
    }

    @Rfc({"8085 5.2 unexpected errors", "5927 4 validate"})
    @Test
    void errorAboutWhatNoSocketSentIsNotBelieved() {
        int socket = lab.bound(1000);
        send(socket, PEER, 53, counting(0, 1_400));
        byte[] quote = slice(lab.only().packet(), 0, 28);
        quote[20] = 9;
        assertEquals(Verdict.BAD_FIELD, lab.arrives(v4(ROUTER, OURS, 1, icmp4(3, 4, 1000, quote))));
        // Nor one about what a connected socket would have sent to somebody else.
        int port = lab.client.localPort(connected(PEER, 53));
        quote[20] = (byte) (port >>> 8);
        quote[21] = (byte) port;
        quote[23] = 54;
        assertEquals(Verdict.BAD_FIELD, lab.arrives(v4(ROUTER, OURS, 1, icmp4(3, 4, 1000, quote))));
        quote[23] = 53;
        // To another destination; from another address, though that is ours.
        Address second = Address.of(OURS.hi(), OURS.lo() + 1);
        lab.engine.ip().addAddress(1, second.hi(), second.lo(), 24, lab.nowNs);
        for (int turn = 0; turn < 100; turn++) {
            lab.nowNs += MILLISECONDS.toNanos(100);
            lab.turn();
        }
        quote[19]++;
        assertEquals(Verdict.BAD_FIELD, lab.arrives(v4(ROUTER, OURS, 1, icmp4(3, 4, 1000, quote))));
        quote[19]--;
        quote[15]++;
        assertEquals(Verdict.BAD_FIELD, lab.arrives(v4(ROUTER, second, 1, icmp4(3, 4, 1000, quote))));
        quote[15]--;
        Path path = new Path();
        assertTrue(lab.engine.ip().path(path, 0, Address.V4, PEER.hi(), PEER.lo(), 0, lab.nowNs));
        assertEquals(1500, path.mtu);
        assertEquals(Verdict.OK, lab.arrives(v4(ROUTER, OURS, 1, icmp4(3, 4, 1000, quote))));
    }

    /// With RECEIVE_ERRORS, though it is not connected: what `recvmsg` with MSG_ERRQUEUE says on Linux.
    @Test
    void whoAsksForErrorsIsToldAllThatTheySay() {
        int socket = lab.bound(1001);
        assertEquals(0, option(socket, Option.RECEIVE_ERRORS, 1));
        send(socket, PEER, 53, counting(7, 8));
        byte[] packet = lab.only().packet();
        // Behind the quote there may be more, which is none of it: RFC 4884.
        byte[] quote = cat(slice(packet, 0, 36), new byte[20]);

        assertEquals(Verdict.OK, lab.arrives(v4(ROUTER, OURS, 1, icmp4(11, 0, 0, quote))));

        SimClient.Arrived arrived = lab.client.takeDatagram(socket);
        assertEquals(Errno.EHOSTUNREACH, arrived.error());
        assertEquals(11, arrived.hops());
        assertEquals(0, arrived.trafficClass());
        assertEquals(ROUTER.lo(), arrived.localLo());
        assertEquals(PEER.lo(), arrived.remoteLo());
        assertEquals(53, arrived.port());
        assertEquals(8, arrived.payload().size());
        assertEquals(counting(7, 8)[3], arrived.payload().get(3));
        assertEquals(0, option(socket, Option.RECEIVE_ERRORS, 0));
        send(socket, PEER, 53, counting(7, 8));
        byte[] again = slice(lab.only().packet(), 0, 28);
        lab.arrives(v4(ROUTER, OURS, 1, icmp4(11, 0, 0, again)));
        assertFalse(waits(socket));
    }

    @Test
    void whoSleepsIsWokenForItsOwnSockets() {
        int one = lab.bound(1001);
        int other = lab.bound(1002);
        lab.client.ears(one, 1);
        lab.client.ears(other, 2);
        lab.client.asleep(2);
        lab.attachment.mustWake();

        arrives(1001, new byte[8]);
        assertFalse(lab.attachment.mustWake(), "whose it is does not sleep");
        arrives(1002, new byte[8]);
        assertTrue(lab.attachment.mustWake());

        lab.client.ears(one, 0);
        arrives(1001, new byte[8]);
        assertTrue(lab.attachment.mustWake(), "it concerns all");
        lab.client.ears(one, 1);
        arrives(1001, new byte[8]);
        lab.die();
        lab.turn();
        assertTrue(lab.attachment.mustWake(), "a successor does not know whom");
    }

    @Rfc({"1122 4.1.3.3 errors up", "4443 2.4 (a) up", "8085 5.2 errors"})
    @Test
    void errorReachesTheConnectedSocket() {
        int socket = connected(PEER, 53);
        int other = lab.bound(1001);
        int[] kinds = {
            3,
            1,
            Errno.EHOSTUNREACH,
            3,
            0,
            Errno.ENETUNREACH,
            3,
            2,
            Errno.ENOPROTOOPT,
            3,
            3,
            Errno.ECONNREFUSED,
            3,
            13,
            Errno.EACCES,
            11,
            0,
            Errno.EHOSTUNREACH,
            12,
            0,
            Errno.EPROTO
        };
        for (int i = 0; i < kinds.length; i += 3) {
            send(socket, Address.UNSPECIFIED, 0, counting(0, 8));
            byte[] quote = slice(lab.only().packet(), 0, 28);
            assertEquals(Verdict.OK, lab.arrives(v4(ROUTER, OURS, 1, icmp4(kinds[i], kinds[i + 1], 0, quote))));
            SimClient.Arrived arrived = lab.client.takeDatagram(socket);
            assertEquals(kinds[i + 2], arrived.error());
            assertEquals(PEER.lo(), arrived.remoteLo());
            assertEquals(53, arrived.port());
            assertFalse(waits(other));
        }
        int six = connected(PEER6, 53);
        send(six, Address.UNSPECIFIED, 0, counting(0, 8));
        Lab.Frame frame = lab.only();
        lab.arrives(icmp6In(PEER6, OURS6, 64, 1, 4, 0, frame.packet()));
        assertEquals(Errno.ECONNREFUSED, error(six));
    }

    /// Who sends to many cannot tell which of them an error is about.
    @Test
    void errorIsNotToldToASocketThatIsNotConnected() {
        int socket = lab.bound(1000);
        send(socket, PEER, 53, counting(0, 8));
        byte[] quote = slice(lab.only().packet(), 0, 28);
        lab.arrives(v4(PEER, OURS, 1, icmp4(3, 3, 0, quote)));
        assertFalse(waits(socket));
    }

    @Test
    void connectedSocketHearsItsPeerAlone() {
        int socket = connected(PEER, 53);
        int port = lab.client.localPort(socket);
        assertTrue(lab.client.has(socket, Status.CONNECTED | Status.BOUND));
        assertEquals(Verdict.NO_PORT, arrives(PEER, OURS, 54, port, counting(0, 5)));
        assertEquals(Verdict.NO_PORT, arrives(Address.parse("198.18.0.9"), OURS, 53, port, counting(0, 5)));
        assertEquals(Verdict.OK, arrives(PEER, OURS, 53, port, counting(0, 5)));
        assertArrayEquals(counting(0, 5), received(socket));

        lab.client.connect(socket, 0, 0, 0);
        lab.turn();
        assertFalse(lab.client.has(socket, Status.CONNECTED));
        assertEquals(Verdict.OK, arrives(PEER, OURS, 54, port, counting(0, 6)));
        assertArrayEquals(counting(0, 6), received(socket));
        send(socket, Address.UNSPECIFIED, 0, counting(0, 8));
        assertEquals(Errno.EDESTADDRREQ, error(socket));
    }

    @Test
    void socketThatSaysMostGetsTheDatagram() {
        int any = lab.bound(53);
        int address = lab.client.open(17);
        option(any, Option.REUSE_ADDRESS, 1);
        option(address, Option.REUSE_ADDRESS, 1);
        assertEquals(0, lab.answer(lab.client.bind(address, OURS.hi(), OURS.lo(), 53), address));
        arrives(53, counting(0, 5));
        assertArrayEquals(counting(0, 5), received(address));
        int both = lab.client.open(17);
        option(both, Option.REUSE_ADDRESS, 1);
        assertEquals(0, lab.answer(lab.client.bind(both, 0, 0, 53), both));
        assertEquals(0, lab.answer(lab.client.connect(both, PEER.hi(), PEER.lo(), 4000), both));
        arrives(53, counting(0, 6));
        assertArrayEquals(counting(0, 6), received(both));
        assertFalse(waits(any));
    }

    @Test
    void socketsThatShareAPortShareTheFlows() {
        List<Integer> sockets = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            int socket = lab.client.open(17);
            option(socket, Option.REUSE_PORT, 1);
            assertEquals(0, lab.answer(lab.client.bind(socket, 0, 0, 53), socket));
            sockets.add(socket);
        }
        int[] got = new int[4];
        for (int flow = 0; flow < 400; flow++) {
            int first = -1;
            for (int again = 0; again < 2; again++) {
                arrives(PEER, OURS, 1_000 + flow, 53, counting(0, 5));
                for (int i = 0; i < 4; i++) {
                    if (waits(sockets.get(i))) {
                        received(sockets.get(i));
                        got[i]++;
                        assertTrue(first < 0 || first == i, "one flow, one socket");
                        first = i;
                    }
                }
            }
        }
        for (int count : got) {
            assertTrue(count > 100 && count < 300, count + " of 800");
        }
    }

    @Test
    void portIsBoundOnce() {
        lab.bound(53);
        int second = lab.client.open(17);
        assertEquals(Errno.EADDRINUSE, lab.answer(lab.client.bind(second, OURS.hi(), OURS.lo(), 53), second));
        assertEquals(Errno.EADDRNOTAVAIL, lab.answer(lab.client.bind(second, PEER.hi(), PEER.lo(), 54), second));
        assertEquals(0, lab.answer(lab.client.bind(second, OURS.hi(), OURS.lo(), 54), second));
        assertEquals(Errno.EINVAL, lab.answer(lab.client.bind(second, 0, 0, 55), second));
    }

    @Rfc({"8085 5.1 source port", "8085 5.1 port zero"})
    @Test
    void chosenPortsAreDynamicAndNotInOrder() {
        Set<Integer> ports = new HashSet<>();
        int inOrder = 0;
        int before = 0;
        for (int i = 0; i < 8; i++) {
            int socket = connected(PEER, 53);
            int port = lab.client.localPort(socket);
            assertTrue(port >= 32768 && port < 61000);
            assertTrue(ports.add(port));
            inOrder += port == before + 1 ? 1 : 0;
            before = port;
        }
        assertEquals(0, inOrder);
    }

    /// Also where nobody has asked for one, not even by connecting.
    @Rfc({"8085 5.1 source port", "8085 5.1 port zero"})
    @Test
    void socketThatOnlySendsHasAPort() {
        for (Address to : List.of(PEER, PEER6)) {
            int socket = lab.client.open(17);
            lab.turn();
            send(socket, to, 53, counting(0, 8));
            int header = to.isV4() ? 20 : 40;
            int port = lab.only().u16(header);
            assertTrue(port >= 32768 && port < 61000, "from " + port);
            assertEquals(port, lab.client.localPort(socket));
        }
    }

    @Rfc({"1122 4.1.3.6 own source", "1122 4.1.3.5 source"})
    @Test
    void sourceIsOursWhateverIsAskedFor() {
        Address second = Address.parse("198.18.0.5");
        lab.engine.ip().addAddress(1, second.hi(), second.lo(), 24, lab.nowNs);
        int socket = lab.client.open(17);
        lab.client.bind(socket, second.hi(), second.lo(), 1000);
        lab.turn();
        lab.take();
        send(socket, PEER, 53, counting(0, 8));
        assertEquals(second.lo(), Ipv4Header.source(lab.only().memory(), 24));
        lab.engine.ip().removeAddress(1, second.hi(), second.lo(), lab.nowNs);
        send(socket, PEER, 53, counting(0, 8));
        assertEquals(Errno.ENETUNREACH, error(socket));
        assertEquals(List.of(), lab.take());
    }

    @Rfc("1122 4.1.3.6 bad source")
    @Test
    void datagramFromNoHostIsDropped() {
        int socket = lab.bound(53);
        for (String source : List.of("255.255.255.255", "224.0.0.1", "198.18.0.255", "127.0.0.1")) {
            assertEquals(Verdict.BAD_SOURCE, arrives(Address.parse(source), OURS, 4000, 53, counting(0, 5)));
        }
        assertFalse(waits(socket));
    }

    @Rfc({"1122 4.1.4 TTL and TOS down", "8085 3.1.7 ECN", "8085 3.1.8 traffic class and hops", "8200 7 ECN and class"})
    @Test
    void hopsAndTrafficClassAreTheSockets() {
        int socket = lab.bound(1000);
        send(socket, PEER6, 53, counting(0, 8));
        assertEquals(0, Ipv6Header.trafficClass(lab.only().memory(), 24));
        option(socket, Option.HOPS, 9);
        option(socket, Option.TRAFFIC_CLASS, 0xB8);
        send(socket, PEER, 53, counting(0, 8));
        Lab.Frame four = lab.only();
        assertEquals(9, four.u8(8));
        assertEquals(0xB8, four.u8(1));
        send(socket, PEER6, 53, counting(0, 8));
        Lab.Frame six = lab.only();
        assertEquals(9, six.u8(7));
        assertEquals(0xB8, Ipv6Header.trafficClass(six.memory(), 24));
        // What a datagram has of its own goes first.
        assertTrue(lab.client.sendTo(socket, PEER6.hi(), PEER6.lo(), 53, counting(0, 8), 5, 0x2A));
        lab.turn();
        Lab.Frame own = lab.only();
        assertEquals(5, own.u8(7));
        assertEquals(0x2A, Ipv6Header.trafficClass(own.memory(), 24));
        assertEquals(Errno.ENOPROTOOPT, option(socket, Option.NO_DELAY, 1));
    }

    @Rfc({"1122 3.3.6 permission", "8085 3.1 broadcast"})
    @Test
    void broadcastNeedsTheOption() {
        int socket = lab.bound(1000);
        int other = lab.bound(53);
        // To all hosts of the subnet as well as to all.
        for (Address all : List.of(ALL, Address.parse("198.18.0.255"))) {
            send(socket, all, 53, counting(0, 8));
            assertEquals(Errno.EACCES, error(socket));
            assertEquals(Errno.EACCES, lab.answer(lab.client.connect(socket, all.hi(), all.lo(), 53), socket));
        }
        assertEquals(List.of(), lab.take());
        option(socket, Option.BROADCAST, 1);
        send(socket, ALL, 53, counting(0, 8));
        assertGood(lab.only());
        assertArrayEquals(counting(0, 8), received(other));
        assertEquals(Verdict.OK, arrives(PEER, ALL, 4000, 53, counting(0, 9)));
        assertArrayEquals(counting(0, 9), received(other));
        assertEquals(Verdict.NO_PORT, arrives(PEER, ALL, 4000, 99, counting(0, 9)));
        assertEquals(List.of(), lab.take());
    }

    private int group(int op, int socket, Address group, int what, Address source) {
        int ticket = lab.client.group(op, socket, what, group.hi(), group.lo(), source.hi(), source.lo(), 1);
        return lab.answer(ticket, socket);
    }

    @Rfc({"1122 3.3.7 UDP", "1112 7.2 delivery"})
    @Test
    void groupReachesItsMembersAndThemAlone() {
        int one = lab.client.open(17);
        int two = lab.client.open(17);
        int none = lab.client.open(17);
        for (int socket : new int[] {one, two, none}) {
            option(socket, Option.REUSE_ADDRESS, 1);
            assertEquals(0, lab.answer(lab.client.bind(socket, 0, 0, 53), socket));
        }
        assertEquals(Verdict.NO_MEMBER, arrives(PEER, GROUP, 4000, 53, counting(0, 5)));
        assertEquals(0, group(Request.JOIN, one, GROUP, 0, Address.UNSPECIFIED));
        assertEquals(0, group(Request.JOIN, two, GROUP, 1, PEER));
        assertEquals(Errno.EADDRINUSE, group(Request.JOIN, one, GROUP, 0, Address.UNSPECIFIED));
        arrives(PEER, GROUP, 4000, 53, counting(0, 5));
        assertArrayEquals(counting(0, 5), received(one));
        assertArrayEquals(counting(0, 5), received(two));
        arrives(Address.parse("198.18.0.9"), GROUP, 4000, 53, counting(0, 6));
        assertArrayEquals(counting(0, 6), received(one));
        assertFalse(waits(two));
        assertFalse(waits(none));
        assertEquals(0, group(Request.LEAVE, one, GROUP, 0, Address.UNSPECIFIED));
        arrives(PEER, GROUP, 4000, 53, counting(0, 7));
        assertArrayEquals(counting(0, 7), received(two));
        assertFalse(waits(one));
        lab.client.close(two);
        lab.turn();
        assertEquals(Verdict.NO_MEMBER, arrives(PEER, GROUP, 4000, 53, counting(0, 5)));
        assertTrue(lab.client.free(two));
    }

    @Rfc({"1112 6.1 loop", "1112 6.1 default TTL"})
    @Test
    void groupsDatagramComesBackUnlessTheSocketDeclines() {
        int socket = lab.bound(1000);
        int member = lab.bound(53);
        group(Request.JOIN, member, GROUP, 0, Address.UNSPECIFIED);
        lab.take();
        send(socket, GROUP, 53, counting(0, 8));
        Lab.Frame frame = lab.only();
        assertEquals(1, frame.u8(8));
        assertGood(frame);
        assertArrayEquals(counting(0, 8), received(member));
        option(socket, Option.MULTICAST_LOOP, 0);
        option(socket, Option.MULTICAST_HOPS, 7);
        send(socket, GROUP, 53, counting(0, 8));
        assertEquals(7, lab.only().u8(8));
        assertFalse(waits(member));
        option(socket, Option.MULTICAST_LOOP, 1);
        option(socket, Option.MULTICAST_HOPS, 0);
        send(socket, GROUP, 53, counting(0, 8));
        assertEquals(List.of(), lab.take());
        assertArrayEquals(counting(0, 8), received(member));
    }

    @Rfc("8085 5.3 bounded queue")
    @Test
    void fullRingDropsWhatDoesNotFit() {
        int socket = lab.bound(53);
        option(socket, Option.RECEIVE_BUFFER, 4_096);
        int taken = 0;
        while (arrives(53, counting(0, 400)) == Verdict.OK) {
            taken++;
        }
        assertEquals(4_096 / 448, taken);
        assertEquals(1, lab.count(Counter.UdpRcvbufErrors));
        for (int i = 0; i < taken; i++) {
            assertArrayEquals(counting(0, 400), received(socket));
        }
        assertEquals(Verdict.OK, arrives(53, counting(0, 400)));
        // To the last octet: what fills it fits.
        int full = lab.bound(54);
        option(full, Option.RECEIVE_BUFFER, 4_096);
        for (int i = 0; i < 4; i++) {
            assertEquals(Verdict.OK, arrives(54, counting(0, 1_024 - 48)));
        }
        assertEquals(Verdict.NO_ROOM, arrives(54, new byte[0]));
    }

    /// What a link merged (USO) parts again.
    @Test
    void mergedDatagramsPart() {
        lab = new UdpLab(LinkSettings.ethernet(1, MAC, 1500).withOffloads(70_000));
        int socket = lab.bound(53);
        byte[] octets = datagram(PEER, OURS, 4000, 53, counting(0, 2_500));
        lab.arrives(hex("01 05 2A 00 E8 03 22 00 06 00"), v4(PEER, OURS, 17, octets));
        assertArrayEquals(slice(counting(0, 2_500), 0, 1_000), received(socket));
        assertArrayEquals(slice(counting(0, 2_500), 1_000, 1_000), received(socket));
        assertArrayEquals(slice(counting(0, 2_500), 2_000, 500), received(socket));
        assertFalse(waits(socket));
    }

    /// A link that says of an octet each that it was a datagram would keep the stack from all others for long.
    @Test
    void frameOfMoreDatagramsThanAnyoneMergesIsDropped() {
        lab = new UdpLab(LinkSettings.ethernet(1, MAC, 1500).withOffloads(70_000));
        int socket = lab.bound(53);
        byte[] tens = hex("01 05 2A 00 0A 00 22 00 06 00");
        byte[] most = v4(PEER, OURS, 17, datagram(PEER, OURS, 4000, 53, counting(0, 1_280)));
        assertEquals(Verdict.OK, lab.arrives(tens, most));
        for (int i = 0; i < 128; i++) {
            assertArrayEquals(slice(counting(0, 1_280), 10 * i, 10), received(socket));
        }
        byte[] more = v4(PEER, OURS, 17, datagram(PEER, OURS, 4000, 53, counting(0, 1_281)));
        assertEquals(Verdict.BAD_OFFLOAD, lab.arrives(tens, more));
        assertFalse(waits(socket));
    }

    @Test
    void shutSocketNeitherSendsNorReceives() {
        int socket = lab.bound(53);
        lab.client.shutdown(socket, 3);
        lab.turn();
        assertTrue(lab.client.has(socket, Status.READ_END | Status.WRITE_END));
        assertEquals(Verdict.NO_ROOM, arrives(53, counting(0, 5)));
    }

    @Test
    void whatWasGivenBeforeTheCloseStillGoes() {
        int socket = lab.bound(1000);
        assertTrue(lab.client.sendTo(socket, PEER.hi(), PEER.lo(), 53, counting(0, 8)));
        lab.client.close(socket);
        lab.turn();
        assertGood(lab.only());
        assertTrue(lab.client.free(socket));
        assertEquals(Verdict.NO_PORT, arrives(1000, counting(0, 5)));
    }

    /// Ports, peers and datagrams outlive a death.
    @Test
    void successorGoesOn() {
        int socket = lab.bound(53);
        int peer = connected(PEER, 53);
        arrives(53, counting(0, 5));
        lab.die();
        assertArrayEquals(counting(0, 5), received(socket));
        arrives(53, counting(0, 6));
        assertArrayEquals(counting(0, 6), received(socket));
        send(peer, Address.UNSPECIFIED, 0, counting(0, 8));
        assertGood(lab.only());
        assertTrue(lab.client.sendTo(socket, PEER.hi(), PEER.lo(), 53, counting(0, 8)));
        lab.die();
        lab.turn();
        assertGood(lab.only());
    }

    /// A client that lies about its datagrams is cut off.
    @Test
    void datagramThatCannotBeIsAViolation() {
        int socket = lab.bound(1000);
        byte[] header = new byte[48];
        header[0] = 99;
        lab.client.send(socket, header, 0, 48);
        lab.turn();
        assertEquals(List.of(), lab.take());
        assertNotNull(lab.attachment.violation());
    }

    private int label(Address to, int port, int socket) {
        send(socket, to, port, counting(0, 10));
        return Ipv6Header.flowLabel(lab.only().memory(), 24);
    }

    @Rfc({"6437 3 one flow", "6437 3 distinct", "8085 5.1.1 flow entropy"})
    @Test
    void datagramsOfOneFlowHaveALabelOfTheirOwn() {
        int socket = lab.bound(5300);
        int first = label(PEER6, 53, socket);
        assertNotEquals(0, first);
        assertEquals(first, label(PEER6, 53, socket));
        lab.die();
        assertEquals(first, label(PEER6, 53, socket));
        assertNotEquals(first, label(PEER6, 54, socket));
        assertNotEquals(first, label(PEER6, 53, lab.bound(5301)));
    }
}
