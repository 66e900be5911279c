package netkeep.engine.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import netkeep.engine.tcp.TcpView;
import netkeep.sim.Rfc;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Path MTU discovery: RFC 1191, RFC 8201, and what a connection makes of it.
@OnStacks
class PathMtuTest {
    private static Conversation sending(boolean v6) {
        return Scenario.of(v6)
                .begin()
                .established("mss=" + (v6 ? 1440 : 1460))
                .play(". send 1000\n> PSH,ACK len=1000\n" + "+ 20ms\n< ACK seq=1 ack=1001\n. send "
                        + 3 * (v6 ? 1440 : 1460) + "\n...");
    }

    @Rfc({"1191 6.3", "8201 4", "9293 SHLD-6", "9293 3.7.2 implementation"})
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void tooBigSegmentsAreCutAndSentAgainAtOnce(boolean v6) {
        Conversation conversation = sending(v6);
        Segment first = conversation.taken();
        conversation.peer.segments().clear();
        int headers = v6 ? 60 : 40;
        conversation.peer.sendTooBig(first, v6 ? SimHost.address6(254) : SimHost.address4(254), 1300);
        conversation.world.run(TimeUnit.MILLISECONDS.toNanos(5));
        Segment again = conversation.taken();
        assertEquals(1001, again.seq - conversation.iss());
        assertEquals(1300 - headers, again.length());
        assertTrue(v6 || again.dontFragment);
        while (!conversation.peer.segments().isEmpty()) {
            assertTrue(conversation.taken().length() <= 1300 - headers);
        }
    }

    /// RFC 5927 §7: whoever cannot tell a sequence number in flight is not believed.
    @Rfc("5927 7.1 in flight")
    @Test
    void tooBigAboutWhatIsNotInFlightIsNotBelieved() {
        Conversation conversation = sending(false);
        Segment first = conversation.taken();
        conversation.peer.segments().clear();
        first.seq -= 100_000;
        conversation.peer.sendTooBig(first, SimHost.address4(254), 600);
        conversation.play("< ACK seq=1 ack=5381\n. send 1460\n> PSH,ACK len=1460");
    }

    /// Nor what quotes another number than that of the SYN,ACK of a connection in the making.
    @Rfc("5927 7.1 in flight")
    @ParameterizedTest
    @CsvSource({"-1, 1460", "0, 560", "1, 1460"})
    void tooBigAboutASynAckMustQuoteItsNumber(int offset, int length) {
        Conversation conversation = Scenario.v4().begin().play(". listen\n< SYN seq=0 mss=1460\n> SYN,ACK seq=0 ack=1");
        Segment quoted = conversation.last();
        quoted.seq += offset;
        conversation.peer.sendTooBig(quoted, SimHost.address4(254), 600);
        conversation.play("< ACK seq=1 ack=1\n. accept\n. send %d\n> PSH,ACK seq=1 len=%d".formatted(length, length));
        conversation.play("< ACK seq=1 ack=%d\n. send 1460\n...".formatted(length + 1));
        assertEquals(length, conversation.taken().length());
    }

    @Rfc("1191 3")
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 40, 67})
    void pathIsNeverTakenForNarrowerThanAHeader(int mtu) {
        Conversation conversation = sending(false);
        Segment first = conversation.taken();
        conversation.peer.segments().clear();
        conversation.peer.sendTooBig(first, SimHost.address4(254), mtu);
        conversation.world.run(TimeUnit.MILLISECONDS.toNanos(5));
        int longest = 0;
        boolean sent = !conversation.peer.segments().isEmpty();
        while (!conversation.peer.segments().isEmpty()) {
            longest = Math.max(longest, conversation.taken().length());
        }
        // Without a number it is an old router's; what cannot be is not believed at all.
        assertEquals(mtu == 0, sent);
        assertTrue(!sent || longest >= 512, "segments of " + longest);
        conversation.play("ESTABLISHED");
    }

    @Rfc("8201 4")
    @Test
    void pathOfIpv6IsNeverTakenForNarrowerThanItsLeast() {
        Conversation conversation = sending(true);
        Segment first = conversation.taken();
        conversation.peer.segments().clear();
        conversation.peer.sendTooBig(first, SimHost.address6(254), 600);
        conversation.world.run(TimeUnit.MILLISECONDS.toNanos(5));
        while (!conversation.peer.segments().isEmpty()) {
            Segment segment = conversation.taken();
            assertTrue(
                    segment.length() == 1220 || segment.seq - conversation.iss() >= 1001 + 2 * 1220,
                    segment.toString());
        }
    }

    @Rfc("1191 6.3")
    @Test
    void greaterMtuThanBeforeIsNotBelieved() {
        Conversation conversation = sending(false);
        Segment first = conversation.taken();
        conversation.peer.segments().clear();
        conversation.peer.sendTooBig(first, SimHost.address4(254), 9000);
        conversation.play("< ACK seq=1 ack=5381\n. send 2920\n> ACK len=1460\n> PSH,ACK len=1460");
    }

    /// Nobody says that the packets are too big.
    @Rfc("2923 2.1 black hole")
    @Test
    void blackHoleIsFoundAndPassed() {
        Conversation conversation = Scenario.v4().begin().established("mss=1460");
        IcmpError.narrow(conversation.wire.there(), conversation.wire.back(), 1400, true);
        conversation.play(". send 30000\n...");
        acknowledge(conversation, 30_000, 60_000);
        assertEquals(
                1240,
                TcpView.sight(conversation.host.engine().tcp(), conversation.socket())
                        .sndMss());
        // Found, it is passed at once.
        conversation.play(". send 3000\n...");
        acknowledge(conversation, 33_000, 100);
    }

    private static void acknowledge(Conversation conversation, int octets, int ms) {
        conversation.world.run(TimeUnit.MILLISECONDS.toNanos(ms), () -> {
            while (!conversation.peer.segments().isEmpty()) {
                Segment segment = conversation.taken();
                conversation.peer.send(
                        conversation.segment("ACK seq=1 ack=" + (segment.seq - conversation.iss() + segment.length())));
            }
            return conversation.client().acknowledged(conversation.socket()) == octets;
        });
        assertEquals(octets, conversation.client().acknowledged(conversation.socket()));
    }

    @Rfc({"9293 MUST-67", "6691 5.1 link", "2923 2.3 MSS"})
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void mssOptionIsOfTheLinkNotOfThePath(boolean v6) {
        Conversation conversation = sending(v6);
        Segment first = conversation.taken();
        conversation.peer.segments().clear();
        conversation.peer.sendTooBig(first, v6 ? SimHost.address6(254) : SimHost.address4(254), 1300);
        conversation.world.run(TimeUnit.MILLISECONDS.toNanos(5));
        while (!conversation.peer.segments().isEmpty()) {
            assertEquals(0, conversation.taken().mss);
        }
        conversation.play("< SYN seq=0 mss=1460 from=4711\n> SYN,ACK mss=" + (v6 ? 1440 : 1460));
    }

    @Test
    void clampedConnectionTellsAndKeepsItsSegmentSize() {
        Scenario.v4().begin().open().play("""
                . option MAX_SEGMENT 700
                . connect
                > SYN seq=0 mss=700
                < SYN,ACK seq=0 ack=1 mss=1460
                > ACK seq=1 ack=1
                . send 1400
                > ACK seq=1 len=700
                > PSH,ACK seq=701 len=700
                """);
    }

    /// The listener's, also when the SYN,ACK goes again.
    @Test
    void clampedListenerTellsAndKeepsItsSegmentSize() {
        Scenario.v4().begin().play("""
                . listen
                . option MAX_SEGMENT 700
                < SYN seq=0 mss=1460
                > SYN,ACK seq=0 ack=1 mss=700
                < SYN seq=0 mss=1460
                > SYN,ACK seq=0 ack=1 mss=700
                + 1s
                > SYN,ACK seq=0 ack=1 mss=700
                < ACK seq=1 ack=1
                . accept
                . send 700
                > PSH,ACK seq=1 len=700
                < ACK seq=1 ack=701
                . send 800
                > ACK seq=701 len=700
                > PSH,ACK seq=1401 len=100
                """);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 10, 40})
    void peerWithATinySegmentSizeIsServedWithLittleHarm(int mss) {
        Conversation conversation =
                Scenario.v4().begin().established("mss=" + mss).play(". send 96\n...");
        while (!conversation.peer.segments().isEmpty()) {
            Segment segment = conversation.taken();
            assertTrue(segment.length() >= Math.min(mss, 48) && segment.length() <= 100);
        }
    }
}
