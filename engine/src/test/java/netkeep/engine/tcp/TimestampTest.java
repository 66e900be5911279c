package netkeep.engine.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import netkeep.engine.sim.Conversation;
import netkeep.engine.sim.Scenario;
import netkeep.engine.sim.Segment;
import netkeep.sim.Rfc;
import netkeep.wire.TcpHeader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The timestamps option and the window scale: RFC 7323.
class TimestampTest {
    private static final String TIMESTAMPS = "mss=1000 ts=1000";

    @Rfc("7323 3.2 TSecr of a SYN")
    @Test
    void synEchoesNothing() {
        Scenario.v4().begin().play(". connect\n> SYN seq=0 ts ecr=0");
    }

    /// A SYN without ACK has nothing to echo, whatever stands there.
    @Rfc("7323 3.2 TSecr without ACK")
    @Test
    void whatASynEchoesIsIgnored() {
        Scenario.v4().begin().play("""
                . listen
                < SYN seq=0 mss=1000 ts=1000:99999
                > SYN,ACK seq=0 ack=1 ts ecr=1000
                < ACK seq=1 ack=1
                . accept
                ESTABLISHED
                """);
    }

    @Rfc("7323 3.2 every segment")
    @Test
    void everySegmentHasOneOnceAgreedOn() {
        Scenario.v4().begin().established(TIMESTAMPS).play("""
                . send 100
                > PSH,ACK seq=1 len=100 ts
                + 200ms
                > ACK seq=1 len=100 ts
                < ACK seq=1 ack=101
                < PSH,ACK seq=1 ack=101 len=10
                + 40ms
                > ACK seq=101 ack=11 ts
                . read 10
                . close
                > FIN,ACK seq=101 ack=11 ts
                < FIN,ACK seq=11 ack=102
                > ACK seq=102 ack=12 ts
                TIME_WAIT
                < FIN,ACK seq=11 ack=102
                > ACK seq=102 ack=12 ts
                """);
    }

    @Rfc("7323 3.2 every segment")
    @Test
    void whatIsHalfOpenIsAskedWithOne() {
        Scenario.v4().begin().play("""
                . listen
                < SYN seq=0 mss=1000 ts=1000:0
                > SYN,ACK seq=0 ack=1 ts
                < RST seq=2
                > ACK seq=1 ack=1 ts
                """);
    }

    @Rfc("7323 3.2 reset accepted")
    @Test
    void resetOfWhatIsHalfOpenNeedsNone() {
        Scenario.v4().begin().play("""
                . listen
                < SYN seq=0 mss=1000 ts=1000:0
                > SYN,ACK seq=0 ack=1 ts
                < RST seq=1
                CLOSED
                """);
    }

    @Rfc("7323 3.2 reset")
    @Test
    void resetHasOneToo() {
        Scenario.v4().begin().established(TIMESTAMPS).play(". abort\n> RST,ACK seq=1 ack=1 ts\nCLOSED");
    }

    @Rfc("7323 3.2 missing")
    @Test
    void segmentWithoutTheAgreedTimestampIsDroppedInSilence() {
        Scenario.v4().begin().established(TIMESTAMPS).play("""
                < PSH,ACK seq=1 ack=1 len=100 nots
                . readable 0
                + 1s
                ESTABLISHED
                < PSH,ACK seq=1 ack=1 len=100
                . readable 100
                """);
    }

    @Rfc("7323 3.2 not agreed on")
    @Test
    void timestampThatWasNotAgreedOnIsIgnored() {
        Scenario.v4().begin().established("mss=1000").play("""
                < PSH,ACK seq=1 ack=1 len=100 ts=5:5
                . readable 100
                < PSH,ACK seq=101 ack=1 len=100 ts=4294967290:5
                . readable 200
                < PSH,ACK seq=201 ack=1 len=100 nots
                . readable 300
                + 40ms
                > ACK seq=1 ack=301 nots
                """);
    }

    @Rfc({"7323 2.2 only answered", "7323 3.2 only answered"})
    @Test
    void whatThePeerDidNotOfferIsNotAnswered() {
        Conversation conversation = Scenario.v4().begin().play("""
                . listen
                < SYN seq=0 mss=1000
                > SYN,ACK seq=0 ack=1 nots wscale=-1
                < ACK seq=1 ack=1 win=1000
                . accept
                . send 3000
                > ACK seq=1 len=1000 nots
                """);
        assertEquals(-1, conversation.last().wscale);
        // Nor where both have opened.
        Scenario.v4().begin().play("""
                . connect
                > SYN seq=0
                < SYN seq=0 mss=1000
                > SYN,ACK seq=0 ack=1 nots wscale=-1
                """);
    }

    /// §2.2: an active opener offers the scale; without an answer neither side scales.
    @Rfc("7323 2.2 both sides")
    @Test
    void scaleThatIsNotAnsweredIsNotUsed() {
        Scenario.v4().begin().play("""
                . connect
                > SYN seq=0 wscale=%d
                < SYN,ACK seq=0 ack=1 mss=1000
                > ACK seq=1 ack=1 win=65535
                < ACK seq=1 ack=1 win=1000
                . send 3000
                > ACK seq=1 len=1000
                """.formatted(Scenario.SCALE));
    }

    @Rfc("7323 2.2 only in a SYN")
    @Test
    void scaleInAnotherSegmentIsIgnored() {
        Conversation conversation = Scenario.v4().begin().established("mss=1000 wscale=1");
        Segment segment = conversation.segment("ACK seq=1 ack=1 win=500");
        segment.wscale = 7;
        conversation.peer.send(segment);
        conversation.play(". send 3000\n> ACK seq=1 len=1000");
        assertEquals(-1, conversation.last().wscale);
        // Nor in those that follow.
        conversation.play("< ACK seq=1 ack=1001 win=500\n> ACK seq=1001 len=1000");
    }

    @Rfc("7323 2.2 SYN unscaled")
    @Test
    void windowOfASynIsNotScaledOnEitherSide() {
        Scenario.v4().begin().play("""
                . connect
                > SYN seq=0 win=65535 wscale=%d
                < SYN,ACK seq=0 ack=1 mss=1000 wscale=7 win=2000
                > ACK seq=1 ack=1
                . send 20000
                > ACK seq=1 len=1000
                > ACK seq=1001 len=1000
                """.formatted(Scenario.SCALE));
    }

    @Rfc("7323 2.3 scaled")
    @Test
    void windowIsShiftedLeftOnTheWayInAndRightOnTheWayOut() {
        Conversation conversation = Scenario.v4().begin().established("mss=1000 wscale=3");
        conversation.play("< ACK seq=1 ack=1 win=250\n. send 9000\n> ACK seq=1 len=1000\n> ACK seq=1001 len=1000");
        conversation.play("< PSH,ACK seq=1 ack=2001 len=100 win=0\n...");
        conversation.world.run(TimeUnit.MILLISECONDS.toNanos(50));
        int window = conversation.takeAll().window;
        // 256 KiB less what waits to be read, rounded by the scale.
        assertEquals((1 << 18) - 100, window << Scenario.SCALE, 1 << Scenario.SCALE);
    }

    /// The echo is of the first of those that wait, RFC 7323 §4.3 (1) and (2).
    @Rfc("7323 4.3 delayed")
    @Test
    void echoIsOfTheFirstThatTheAcknowledgmentCovers() {
        Scenario.v4().begin().established(TIMESTAMPS).play("""
                < ACK seq=1 ack=1 len=1000 ts=2000:*
                < ACK seq=1001 ack=1 len=1000 ts=2010:*
                > ACK seq=1 ack=2001 ecr=2000
                < ACK seq=2001 ack=1 len=1000 ts=2020:*
                + 40ms
                > ACK seq=1 ack=3001 ecr=2020
                """);
    }

    @Rfc("7323 4.3 gap")
    @Test
    void echoIsOfTheLastThatMovedTheWindow() {
        Scenario.v4().begin().established("mss=1000 ts=1000 sackOK").play("""
                < ACK seq=1001 ack=1 len=1000 ts=3000:*
                > ACK seq=1 ack=1 sack=1001:2001 ecr=1020
                < ACK seq=3001 ack=1 len=1000 ts=3001:*
                > ACK seq=1 ack=1 sack=3001:4001,1001:2001 ecr=1020
                < ACK seq=1 ack=1 len=1000 ts=4000:*
                > ACK seq=1 ack=2001 sack=3001:4001 ecr=4000
                """);
    }

    /// Not a segment from before, though it comes late.
    @Rfc("7323 4.3 newer")
    @Test
    void olderTimestampIsNotTaken() {
        Scenario.v4().begin().established(TIMESTAMPS).play("""
                < PSH,ACK seq=1 ack=1 len=100 ts=5000:*
                + 40ms
                > ACK seq=1 ack=101 ecr=5000
                < PSH,ACK seq=101 ack=1 len=100 ts=4999:*
                > ACK seq=1 ack=101 ecr=5000
                < ACK seq=101 ack=1 ts=4998:*
                > ACK seq=1 ack=101 ecr=5000
                < PSH,ACK seq=101 ack=1 len=100 ts=5000:*
                > ACK seq=1 ack=201 ecr=5000
                """);
    }

    @Rfc({"7323 5.3 R1", "7323 5.2 duplicates"})
    @ParameterizedTest
    @ValueSource(ints = {1, 1000, 0x7FFF_FFFF})
    void oldDuplicateIsAcknowledgedAndDropped(int older) {
        long recent = 0x9000_0000L;
        Scenario.v4().begin().established(TIMESTAMPS).play("""
                < PSH,ACK seq=1 ack=1 len=100 ts=2147484000:*
                + 40ms
                > ACK seq=1 ack=101
                < PSH,ACK seq=101 ack=1 len=100 ts=%d:*
                > ACK seq=1 ack=201
                < PSH,ACK seq=201 ack=1 len=100 ts=%d:*
                > ACK seq=1 ack=201
                . readable 200
                """.formatted(recent, recent - older));
    }

    /// PAWS goes before the check of the window: what is old and outside causes one acknowledgment.
    @Rfc("7323 5.3 R1 first")
    @Test
    void oldSegmentDoesNotMoveTheWindow() {
        Scenario.v4().begin().established("mss=1000 ts=1000").play("""
                . send 10
                > PSH,ACK seq=1 len=10
                . send 10
                < ACK seq=1 ack=1 ts=5000:*
                < ACK seq=1 ack=11 ts=4000:*
                > ACK seq=11 ack=1
                """);
    }

    /// R2: what is outside the window is acknowledged with the echo of what came before.
    @Rfc("7323 5.3 R2")
    @Test
    void timestampOfASegmentOutsideTheWindowIsNotTaken() {
        Scenario.v4().begin().established(TIMESTAMPS).play("""
                < PSH,ACK seq=1 ack=1 len=100 ts=2000:*
                + 40ms
                > ACK seq=1 ack=101 ecr=2000
                < PSH,ACK seq=1 ack=1 len=100 ts=3000:*
                > ACK seq=1 ack=101 ecr=2000
                < PSH,ACK seq=90000 ack=1 len=100 ts=3001:*
                > ACK seq=1 ack=101 ecr=2000
                """);
    }

    @Rfc({"7323 5.2 reset", "7323 3.2 reset accepted"})
    @ParameterizedTest
    @ValueSource(strings = {"RST seq=101 ts=1:0", "RST seq=101"})
    void resetIsNotSubjectToTimestamps(String reset) {
        Scenario.v4().begin().established(TIMESTAMPS).play("""
                < PSH,ACK seq=1 ack=1 len=100 ts=2000:*
                + 40ms
                > ACK seq=1 ack=101
                < %s
                CLOSED
                . error ECONNRESET
                """.formatted(reset));
    }

    @Rfc("7323 5.4 clock")
    @Test
    void clockTicksInMilliseconds() {
        Conversation conversation =
                Scenario.v4().begin().established(TIMESTAMPS).play(". send 10\n> PSH,ACK seq=1 len=10");
        int first = conversation.last().tsVal;
        conversation.play("< ACK seq=1 ack=11\n+ 12345ms\n. send 10\n> PSH,ACK seq=11 len=10");
        assertEquals(12_345, conversation.last().tsVal - first);
    }

    @Rfc("7323 5.5 outdated")
    @Test
    void afterTwentyFourDaysOfSilenceAnyTimestampIsTaken() {
        for (int days : new int[] {23, 25}) {
            Conversation conversation =
                    Scenario.v4().begin().established(TIMESTAMPS).play("""
                    < PSH,ACK seq=1 ack=1 len=100 ts=2000000000:*
                    + 40ms
                    > ACK seq=1 ack=101
                    + %ds
                    < PSH,ACK seq=101 ack=1 len=100 ts=1999999999:*
                    ...
                    """.formatted(TimeUnit.DAYS.toSeconds(days)));
            assertEquals(days > 24 ? 200 : 100, conversation.client().readable(conversation.socket()), days + " days");
            if (days > 24) {
                // And is the one to compare with from then on.
                conversation.play("> ACK seq=1 ack=201 ecr=1999999999");
            }
        }
    }

    /// §7.1: hosts do not tell how long they run; the offset is of the pair of addresses.
    @Rfc("7323 5.4 offset")
    @Test
    void clockHasAnOffsetOfItsOwn() {
        Set<Integer> clocks = new HashSet<>();
        for (long seed = 1; seed <= 8; seed++) {
            Conversation conversation = Scenario.v4().seed(seed).begin().play(". listen\n< SYN seq=0 ts=1\n...");
            Segment answer = conversation.taken();
            assertNotEquals((int) (conversation.world.nowNs() / 1_000_000), answer.tsVal);
            clocks.add(answer.tsVal);
            conversation.play("< SYN seq=0 ts=1 from=77\n...");
            Segment other = conversation.taken();
            assertTrue(other.has(TcpHeader.SYN));
            assertEquals(answer.tsVal, other.tsVal);
        }
        assertEquals(8, clocks.size());
    }

    /// §2.4: what a smaller window leaves outside was promised once.
    @Rfc({"7323 2.4 receiver honours", "9293 SHLD-14"})
    @Test
    void whatWasPromisedIsTaken() {
        Conversation conversation = Scenario.v4().receiveBuffer(1 << 14).begin().established("mss=1000");
        int edge = 1;
        int next = 1;
        for (int segment = 0; segment < 8; segment++) {
            conversation.play("< ACK seq=%d ack=1 len=1000\n...".formatted(next));
            next += 1000;
            conversation.world.run(TimeUnit.MILLISECONDS.toNanos(50));
            Segment answer = conversation.takeAll();
            edge = Math.max(edge, next + answer.window);
        }
        // The last octet that any window had in it.
        conversation.play("< ACK seq=%d ack=1 len=%d\n...".formatted(next, edge - next));
        assertEquals(edge - 1, conversation.client().readable(conversation.socket()));
    }

    @Rfc("7323 2.4 sender within")
    @Test
    void newTextStaysWithinTheNewestWindow() {
        Scenario.v4().begin().established("mss=1000").play("""
                . send 2000
                > ACK seq=1 len=1000
                > PSH,ACK seq=1001 len=1000
                < ACK seq=1 ack=1001 win=1000
                . send 5000
                + 10ms
                < ACK seq=1 ack=2001 win=2000
                > ACK seq=2001 len=1000
                > ACK seq=3001 len=1000
                """);
    }

    @Rfc({"7323 2.4 first retransmission", "9293 SHLD-16"})
    @Test
    void whatWasSentIsSentAgainThoughTheWindowShrank() {
        Conversation play = Scenario.v4().begin().established("mss=1000").play("""
                . send 2000
                > ACK seq=1 len=1000
                > PSH,ACK seq=1001 len=1000
                < ACK seq=1 ack=1001 win=10
                """);
        play.world.run(TimeUnit.SECONDS.toNanos(2), () -> !play.peer.segments().isEmpty());
        play.play("> PSH,ACK seq=1001 len=1000");
    }
}
