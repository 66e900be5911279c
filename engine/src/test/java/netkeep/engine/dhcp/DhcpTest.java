// Long: the messages of a client, each with what it must say.
package netkeep.engine.dhcp;

import static java.util.concurrent.TimeUnit.SECONDS;
import static netkeep.engine.dhcp.DhcpLab.LENT;
import static netkeep.engine.dhcp.DhcpLab.OTHER;
import static netkeep.engine.dhcp.DhcpLab.ROUTER;
import static netkeep.engine.dhcp.DhcpLab.SERVER;
import static netkeep.engine.dhcp.DhcpLab.SERVER_MAC;
import static netkeep.engine.dhcp.DhcpLab.ack;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import netkeep.engine.Frames;
import netkeep.engine.Lab;
import netkeep.engine.dhcp.DhcpLab.Answer;
import netkeep.engine.dhcp.DhcpLab.Said;
import netkeep.engine.ip.Path;
import netkeep.sim.Rfc;
import netkeep.sim.Seeds;
import netkeep.wire.Address;
import netkeep.wire.ArpPacket;
import netkeep.wire.DhcpMessage;
import netkeep.wire.EthernetHeader;
import netkeep.wire.IpProtocol;
import netkeep.wire.MacAddress;
import netkeep.wire.Verdict;
import org.junit.jupiter.api.Test;

/// A client of DHCP, RFC 2131, message by message.
class DhcpTest {
    private static final Address FAR = Address.parse("203.0.113.9");

    private final DhcpLab dhcp = new DhcpLab();
    private final Lab lab = dhcp.lab;

    @Rfc({"2131 3.1 (1)", "2131 4.1 broadcast", "2131 4.1 source", "2131 4.1 ports"})
    @Test
    void asksAllServersWithoutAnAddress() {
        lab.dhcp.begin(1, lab.nowNs);
        lab.passMs(Dhcp.MOST_DELAY_MS);
        Said said = dhcp.only();
        assertEquals(DhcpMessage.DISCOVER, said.type());
        assertEquals(MacAddress.BROADCAST, said.toMac());
        assertEquals(Address.BROADCAST, said.to());
        assertEquals(Address.UNSPECIFIED_V4, said.from());
        assertEquals(0, said.ciaddr());
        assertEquals(-1, said.place(DhcpMessage.SERVER));
        assertTrue(said.place(DhcpMessage.PARAMETERS) > 0);
        assertTrue(said.place(DhcpMessage.CLIENT) > 0);
    }

    /// Relays may wait for a client to ask for a while: then both or none must pass.
    @Rfc("2131 3.1 (3) secs")
    @Test
    void requestTellsTheSecondsOfItsDiscover() {
        dhcp.discovers();
        dhcp.pass(6);
        Said discover = dhcp.only();
        assertEquals(DhcpMessage.DISCOVER, discover.type());
        assertTrue(discover.secs() >= 3, "after " + discover.secs());
        dhcp.pass(2);
        dhcp.hears(new Answer(DhcpMessage.OFFER, discover.xid(), SERVER)
                .address(LENT)
                .lease(600));
        for (int tries = 0; tries < 2; tries++) {
            Said request = dhcp.only();
            assertEquals(DhcpMessage.REQUEST, request.type());
            assertEquals(discover.secs(), request.secs());
            assertEquals(discover.to(), request.to());
            dhcp.pass(6);
        }
    }

    @Rfc("2131 2 312 octets")
    @Test
    void optionsMayHave312Octets() {
        long xid = dhcp.discovers();
        dhcp.hears(new Answer(DhcpMessage.OFFER, xid, SERVER)
                .address(LENT)
                .at(236 + 312 - 7)
                .lease(600));
        assertEquals(DhcpState.REQUESTING, dhcp.state());
    }

    @Rfc({"2131 3.1 (3)", "2131 4.3.2 selecting", "2131 4.4.1 xid of the offer"})
    @Test
    void requestsWhatWasOffered() {
        long xid = dhcp.discovers();
        dhcp.hears(new Answer(DhcpMessage.OFFER, xid, SERVER).address(LENT).lease(600));
        Said said = dhcp.only();
        assertEquals(DhcpMessage.REQUEST, said.type());
        assertEquals(Address.BROADCAST, said.to());
        assertEquals(Address.UNSPECIFIED_V4, said.from());
        assertEquals(xid, said.xid());
        assertEquals(0, said.ciaddr());
        assertEquals(SERVER.lo() & 0xFFFF_FFFFL, said.option(DhcpMessage.SERVER));
        assertEquals(LENT.lo() & 0xFFFF_FFFFL, said.option(DhcpMessage.REQUESTED_ADDRESS));
    }

    @Rfc({"2131 3.1 (5)", "2131 4.4.1 probe", "2132 3.3", "2132 3.5", "2132 5.1"})
    @Test
    void leaseIsAddressSubnetRouterAndMtu() {
        dhcp.bind(600);
        assertEquals(DhcpState.BOUND, dhcp.state());
        assertEquals(lab.nowNs + SECONDS.toNanos(600), lab.dhcp.endNs(1));
        assertFalse(dhcp.has(LENT), "not before its test");
        lab.take();
        dhcp.pass(10);
        List<Lab.Frame> asked = lab.taken(EthernetHeader.ARP);
        assertTrue(ArpPacket.isProbe(asked.getFirst().memory(), 24));
        assertEquals(LENT.lo(), ArpPacket.target(asked.getFirst().memory(), 24));
        assertTrue(dhcp.has(LENT));
        Path path = new Path();
        assertTrue(lab.ip.path(path, 0, Address.V4, 0, FAR.lo(), 0, lab.nowNs));
        assertEquals(LENT.lo(), path.sourceLo);
        assertEquals(1400, path.mtu);
        lab.take();
        lab.ip.discovery().neighbors().set(1, ROUTER.hi(), ROUTER.lo(), Lab.PEER_MAC, lab.nowNs);
        assertTrue(lab.ip.path(path, 0, Address.V4, 0, FAR.lo(), 0, lab.nowNs));
        assertEquals(Lab.PEER_MAC, path.mac);
        // The subnet's hosts are neighbors, also those that the address's class would have elsewhere.
        for (Address near : List.of(SERVER, Address.parse("198.18.255.9"))) {
            assertTrue(lab.ip.path(path, 0, Address.V4, 0, near.lo(), 0, lab.nowNs));
            assertEquals(near.lo(), lab.ip.discovery().neighbors().lo(path.neighbor));
        }
    }

    @Rfc({"2131 4.1 retransmission", "2131 4.1 randomized"})
    @Test
    void silenceDoublesTheWaitUpToAMinute() {
        List<Long> gaps = new ArrayList<>();
        lab.dhcp.begin(1, lab.nowNs);
        long lastNs = 0;
        while (gaps.size() < 7) {
            lab.pass(lab.dhcp.deadlineNs() - lab.nowNs);
            if (lastNs != 0) {
                gaps.add(lab.nowNs - lastNs);
            }
            lastNs = lab.nowNs;
            assertEquals(DhcpMessage.DISCOVER, dhcp.only().type());
        }
        long[] wanted = {4, 8, 16, 32, 64, 64, 64};
        int exact = 0;
        Set<Long> offs = new HashSet<>();
        for (int i = 0; i < wanted.length; i++) {
            long off = gaps.get(i) - SECONDS.toNanos(wanted[i]);
            assertTrue(Math.abs(off) <= SECONDS.toNanos(1), gaps.toString());
            exact += Math.abs(off) < 10_000_000 ? 1 : 0;
            offs.add(off / 10_000_000);
        }
        assertTrue(exact < 3 && offs.size() > 3, "not at random: " + gaps);
        assertTrue(Collections.min(offs) < 0 && Collections.max(offs) > 0, "not to both sides: " + gaps);
    }

    @Rfc("2131 3.1 (5) no answer")
    @Test
    void requestThatNobodyAnswersEndsWithANewDiscover() {
        long xid = dhcp.discovers();
        dhcp.hears(new Answer(DhcpMessage.OFFER, xid, SERVER).address(LENT).lease(600));
        dhcp.pass(80);
        List<Said> said = dhcp.said();
        assertEquals(
                4,
                said.stream().filter(one -> one.type() == DhcpMessage.REQUEST).count());
        Said last = said.getLast();
        assertEquals(DhcpMessage.DISCOVER, last.type());
        assertNotEquals(xid, last.xid());
    }

    @Rfc({"2131 4.4.1 other transactions", "2131 3.1 (4) others"})
    @Test
    void whatIsNotForThisTransactionIsPassedOver() {
        long xid = dhcp.discovers();
        dhcp.hears(new Answer(DhcpMessage.OFFER, xid + 1, SERVER).address(LENT).lease(600));
        assertEquals(DhcpState.SELECTING, dhcp.state());
        dhcp.hears(new Answer(DhcpMessage.ACK, xid, SERVER).address(LENT).lease(600));
        assertEquals(DhcpState.SELECTING, dhcp.state());
        dhcp.hears(new Answer(DhcpMessage.OFFER, xid, SERVER).address(LENT).lease(600));
        dhcp.hears(new Answer(DhcpMessage.OFFER, xid, OTHER).address(FAR).lease(600));
        dhcp.hears(new Answer(DhcpMessage.ACK, xid, OTHER).address(FAR).lease(600));
        dhcp.hears(new Answer(DhcpMessage.NAK, xid, OTHER));
        assertEquals(DhcpState.REQUESTING, dhcp.state());
        dhcp.hears(ack(xid, 600));
        assertEquals(DhcpState.BOUND, dhcp.state());
        assertEquals(SERVER.lo(), lab.dhcp.server(1));
    }

    @Rfc("2131 3.1 (4) nak")
    @Test
    void refusalBeginsAnew() {
        long xid = dhcp.discovers();
        dhcp.hears(new Answer(DhcpMessage.OFFER, xid, SERVER).address(LENT).lease(600));
        dhcp.hears(new Answer(DhcpMessage.NAK, xid, SERVER));
        dhcp.said();
        lab.passMs(Dhcp.MOST_DELAY_MS);
        assertEquals(DhcpMessage.DISCOVER, dhcp.only().type());
    }

    @Rfc({"2131 4.4.5 T1", "2131 4.3.2 renewing", "2131 4.4.5 renewed", "2131 4.4.4 unicast", "2131 4.4.5 half"})
    @Test
    void halfTheLeaseAsksItsServerForMore() {
        dhcp.bind(1_000);
        dhcp.pass(10);
        dhcp.said();
        dhcp.pass(485);
        assertEquals(List.of(), dhcp.said());
        dhcp.pass(10);
        Said said = dhcp.only();
        assertEquals(DhcpMessage.REQUEST, said.type());
        assertEquals(SERVER, said.to());
        assertEquals(SERVER_MAC, said.toMac());
        assertEquals(LENT, said.from());
        assertEquals(LENT.lo() & 0xFFFF_FFFFL, said.ciaddr());
        assertEquals(-1, said.place(DhcpMessage.SERVER));
        assertEquals(-1, said.place(DhcpMessage.REQUESTED_ADDRESS));
        // Again after half of what is left until T2.
        dhcp.pass(180);
        assertEquals(List.of(), dhcp.said());
        dhcp.pass(15);
        Said again = dhcp.only();
        assertEquals(SERVER, again.to());
        lab.arrives(ack(again.xid(), 1_000).frame(LENT));
        assertEquals(DhcpState.BOUND, dhcp.state());
        dhcp.pass(900);
        assertTrue(dhcp.has(LENT), "beyond the first lease's end");
    }

    /// But a minute at least lies between two requests.
    @Rfc("2131 4.4.5 half")
    @Test
    void shortLeaseIsAskedForOnceAMinute() {
        dhcp.bind(200);
        dhcp.pass(105);
        assertEquals(SERVER, dhcp.said().getLast().to());
        // T1 was at 100 s, T2 will be at 175 s: half of what is left until then would be 37 s.
        dhcp.pass(50);
        assertEquals(List.of(), dhcp.said());
        dhcp.pass(10);
        assertEquals(SERVER, dhcp.only().to());
        dhcp.pass(8);
        assertEquals(List.of(), dhcp.said());
        dhcp.pass(5);
        assertEquals(Address.BROADCAST, dhcp.only().to());
        dhcp.pass(20);
        assertEquals(List.of(), dhcp.said());
    }

    @Rfc({"2131 4.4.5 T2", "2131 4.3.2 rebinding", "2131 4.4.5 expiry"})
    @Test
    void sevenEighthsAskAllServersAndTheEndTakesTheAddress() {
        dhcp.bind(1_000);
        dhcp.pass(870);
        assertEquals(DhcpState.RENEWING, dhcp.state());
        dhcp.pass(10);
        List<Said> said = dhcp.said();
        Said last = said.getLast();
        assertEquals(DhcpState.REBINDING, dhcp.state());
        assertEquals(Address.BROADCAST, last.to());
        assertEquals(LENT, last.from());
        assertEquals(LENT.lo() & 0xFFFF_FFFFL, last.ciaddr());
        assertTrue(dhcp.has(LENT));
        dhcp.pass(121);
        assertFalse(dhcp.has(LENT));
        assertFalse(lab.ip.path(new Path(), 0, Address.V4, 0, FAR.lo(), 0, lab.nowNs));
        assertEquals(DhcpMessage.DISCOVER, dhcp.said().getLast().type());
        assertEquals(Address.UNSPECIFIED_V4, Address.of(0, lab.ip.discovery().v4(1)));
    }

    @Rfc("2131 4.4.5 another server")
    @Test
    void anotherServerMayRebind() {
        dhcp.bind(1_000);
        dhcp.pass(880);
        long xid = dhcp.said().getLast().xid();
        dhcp.hears(new Answer(DhcpMessage.ACK, xid, OTHER)
                .address(LENT)
                .lease(1_000)
                .mask());
        assertEquals(DhcpState.BOUND, dhcp.state());
        assertEquals(OTHER.lo(), lab.dhcp.server(1));
    }

    @Rfc("2131 4.4.5 nak")
    @Test
    void refusalWhileRenewingTakesTheAddressAtOnce() {
        dhcp.bind(1_000);
        dhcp.pass(510);
        long xid = dhcp.said().getLast().xid();
        assertTrue(dhcp.has(LENT));
        dhcp.hears(new Answer(DhcpMessage.NAK, xid, SERVER));
        assertFalse(dhcp.has(LENT));
        lab.passMs(Dhcp.MOST_DELAY_MS);
        assertEquals(DhcpMessage.DISCOVER, dhcp.only().type());
    }

    @Rfc({"2131 3.1 (5) decline", "2131 4.4.4 decline", "2131 3.1 (5) ten seconds"})
    @Test
    void whatSomebodyElseHasIsDeclined() {
        dhcp.bind(600);
        dhcp.pass(2);
        dhcp.said();
        lab.arrives(Frames.arp(ArpPacket.REPLY, Lab.PEER_MAC, LENT, Lab.MAC, Address.UNSPECIFIED_V4));
        Said said = dhcp.only();
        assertEquals(DhcpMessage.DECLINE, said.type());
        assertEquals(Address.BROADCAST, said.to());
        assertEquals(0, said.ciaddr());
        assertEquals(LENT.lo() & 0xFFFF_FFFFL, said.option(DhcpMessage.REQUESTED_ADDRESS));
        assertEquals(SERVER.lo() & 0xFFFF_FFFFL, said.option(DhcpMessage.SERVER));
        assertEquals(-1, said.place(DhcpMessage.PARAMETERS));
        dhcp.pass(9);
        assertEquals(List.of(), dhcp.said());
        dhcp.pass(2);
        assertEquals(DhcpMessage.DISCOVER, dhcp.only().type());
        assertFalse(dhcp.has(LENT));
    }

    /// What came with the lease goes, too, if the client ends before it could tell the server.
    @Test
    void endForgetsAnAddressThatSomebodyElseHas() {
        dhcp.bind(600);
        dhcp.pass(3);
        lab.dhcp.duplicate(1, LENT.lo(), lab.nowNs);
        assertEquals(DhcpState.DECLINING, dhcp.state());
        lab.dhcp.end(1, lab.nowNs);
        lab.settle();
        assertFalse(dhcp.has(LENT));
        Path path = new Path();
        assertFalse(lab.ip.path(path, 0, Address.V4, 0, FAR.lo(), 0, lab.nowNs));
        assertEquals(1500, lab.ip.discovery().links().mtu4(1));
    }

    /// A packet may have more octets than the datagram in it.
    @Test
    void offerWithPaddingBehindItIsTaken() {
        long xid = dhcp.discovers();
        byte[] frame = new Answer(DhcpMessage.OFFER, xid, SERVER)
                .address(LENT)
                .lease(600)
                .frame(Address.BROADCAST);
        byte[] datagram = Frames.slice(frame, 34, frame.length - 34);
        Verdict verdict = lab.arrives(
                Frames.v4(SERVER, Address.BROADCAST, IpProtocol.UDP, Frames.cat(datagram, new byte[] {1, 2, 3})));
        assertEquals(Verdict.OK, verdict);
        assertEquals(DhcpState.REQUESTING, dhcp.state());
    }

    @Rfc({"2131 3.1 (6)", "2131 4.4.6", "2131 4.4.4 unicast"})
    @Test
    void endGivesTheAddressBack() {
        dhcp.bind(600);
        dhcp.pass(10);
        dhcp.said();
        lab.dhcp.end(1, lab.nowNs);
        lab.turn();
        Said said = dhcp.only();
        assertEquals(DhcpMessage.RELEASE, said.type());
        assertEquals(SERVER, said.to());
        assertEquals(SERVER_MAC, said.toMac());
        assertEquals(LENT, said.from());
        assertEquals(LENT.lo() & 0xFFFF_FFFFL, said.ciaddr());
        assertEquals(SERVER.lo() & 0xFFFF_FFFFL, said.option(DhcpMessage.SERVER));
        assertFalse(dhcp.has(LENT));
        dhcp.pass(1_000);
        assertEquals(List.of(), dhcp.said());
    }

    @Rfc({"2131 4.4.5 told times", "2131 3.3 infinite"})
    @Test
    void timesAreTheServersAndForeverIsForEver() {
        long xid = dhcp.discovers();
        dhcp.hears(new Answer(DhcpMessage.OFFER, xid, SERVER).address(LENT).lease(600));
        dhcp.hears(ack(xid, 600).number(DhcpMessage.RENEWAL_TIME, 4, 100).number(DhcpMessage.REBINDING_TIME, 4, 200));
        dhcp.pass(90);
        dhcp.said();
        dhcp.pass(11);
        assertEquals(SERVER, dhcp.only().to());
        dhcp.pass(100);
        Said rebinds = dhcp.said().getLast();
        assertEquals(Address.BROADCAST, rebinds.to());
        dhcp.hears(ack(rebinds.xid(), 0xFFFF_FFFFL));
        // The number itself would be 49,710 days.
        dhcp.pass(SECONDS.convert(55_000, java.util.concurrent.TimeUnit.DAYS));
        assertEquals(List.of(), dhcp.said());
        assertTrue(dhcp.has(LENT));
    }

    @Rfc({"2131 4.1 overload", "2132 9.3"})
    @Test
    void optionsMayLieInFileAndSname() {
        for (int overload = 0; overload <= 3; overload++) {
            for (int field = 1; field <= 2; field++) {
                DhcpLab other = new DhcpLab();
                byte[] offer = new Answer(DhcpMessage.OFFER, other.discovers(), SERVER)
                        .address(LENT)
                        .number(DhcpMessage.OVERLOAD, 1, overload)
                        .octets();
                int at = field == 1 ? 108 : 44;
                offer[at] = DhcpMessage.LEASE_TIME;
                offer[at + 1] = 4;
                offer[at + 4] = 2;
                offer[at + 6] = (byte) 0xFF;
                other.lab.arrives(DhcpLab.frame(offer, SERVER, Address.BROADCAST));
                boolean read = (overload & field) != 0;
                assertEquals(read ? DhcpState.REQUESTING : DhcpState.SELECTING, other.state(), overload + " " + field);
            }
        }
    }

    @Rfc("2131 4.1 unicast answers")
    @Test
    void answersToTheAddressThatIsNotThereYetAreHeard() {
        long xid = dhcp.discovers();
        Answer offer = new Answer(DhcpMessage.OFFER, xid, SERVER).address(LENT).lease(600);
        assertEquals(Verdict.OK, lab.arrives(offer.frame(LENT)));
        lab.turn();
        assertEquals(DhcpState.REQUESTING, dhcp.state());
        lab.arrives(ack(xid, 600).frame(LENT));
        assertEquals(DhcpState.BOUND, dhcp.state());
    }

    /// Any octets at all: nothing but a drop.
    @Test
    void nonsenseIsDropped() {
        Seeds.each(300, luck -> {
            DhcpLab one = new DhcpLab();
            long xid = one.discovers();
            for (int i = 0; i < 40; i++) {
                byte[] message = ack(xid, 600)
                        .number(DhcpMessage.OVERLOAD, 1, luck.nextInt(4))
                        .octets();
                for (int j = luck.nextInt(8); j >= 0; j--) {
                    message[240 + luck.nextInt(message.length - 240)] = (byte) luck.nextInt();
                }
                byte[] cut = java.util.Arrays.copyOf(message, luck.nextInt(message.length + 1));
                one.lab.arrives(DhcpLab.frame(cut, SERVER, Address.BROADCAST));
                if (luck.nextInt(4) == 0) {
                    one.hears(new Answer(DhcpMessage.OFFER, xid, SERVER)
                            .address(LENT)
                            .lease(600));
                }
            }
            one.pass(10_000);
        });
    }
}
