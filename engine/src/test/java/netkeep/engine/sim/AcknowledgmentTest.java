// Long: what a receiver says, case by case.
package netkeep.engine.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import netkeep.sim.Rfc;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a receiver says, and when: RFC 9293 §3.8.6.3, RFC 2018, RFC 2883, RFC 7323.
@OnStacks
class AcknowledgmentTest {
    private static final String PLAIN = "mss=1000";
    private static final String SACK = "mss=1000 sackOK";
    private static final String TIMESTAMPS = "mss=1000 ts=1000";

    @Rfc({"9293 SHLD-18", "9293 MUST-40", "9293 MUST-58", "5681 4.2 delayed"})
    @Test
    void loneSegmentIsAcknowledgedAfterTheDelay() {
        Scenario.v4().begin().established(PLAIN).play("""
                < PSH,ACK seq=1 ack=1 len=500
                + 39ms
                + 1ms
                > ACK seq=1 ack=501
                + 10s
                """);
    }

    /// Small segments one way, each held back by the peer's Nagle until the last is acknowledged: they need not wait
    /// long.
    @Rfc("9293 SHLD-18")
    @Test
    void smallSegmentBehindOneThatNobodyAnsweredIsAcknowledgedAtOnce() {
        Scenario.v4().begin().established(PLAIN).play("""
                < PSH,ACK seq=1 ack=1 len=10
                + 39ms
                + 1ms
                > ACK seq=1 ack=11
                < PSH,ACK seq=11 ack=1 len=10
                > ACK seq=1 ack=21
                . send 5
                > PSH,ACK seq=1 ack=21 len=5
                < PSH,ACK seq=21 ack=6 len=10
                + 39ms
                + 1ms
                > ACK seq=6 ack=31
                """);
    }

    /// Whoever reads as it comes causes no segments: the answer takes the acknowledgment along.
    @Rfc("9293 MUST-58")
    @ParameterizedTest
    @ValueSource(strings = {"mss=1000", "mss=1000 wscale=7"})
    void readingLittleByLittleSendsNothing(String options) {
        Conversation conversation = Scenario.v4().begin().established(options);
        // The first window, which a SYN could not scale, may be opened once.
        conversation.play("< PSH,ACK seq=1 ack=1 len=10\n. read 10\n. send 1\n...");
        conversation.world.run(1_000_000_000);
        conversation.peer.segments().clear();
        for (int octet = 11; octet < 500; octet += 10) {
            conversation.play("< PSH,ACK seq=%d ack=%d len=10\n. read 10\n. send 1\n> PSH,ACK len=1 ack=%d"
                    .formatted(octet, (octet + 9) / 10, octet + 10));
        }
    }

    @Rfc({"9293 SHLD-19", "5681 4.2 second"})
    @Test
    void secondFullSizedSegmentIsAcknowledgedAtOnce() {
        Scenario.v4().begin().established(PLAIN).play("""
                < ACK seq=1 ack=1 len=1000
                + 10ms
                < ACK seq=1001 ack=1 len=1000
                > ACK seq=1 ack=2001
                < ACK seq=2001 ack=1 len=1000
                < ACK seq=3001 ack=1 len=1000
                > ACK seq=1 ack=4001
                """);
    }

    @Rfc("9293 MUST-58")
    @Test
    void textTakesTheAcknowledgmentAlong() {
        Scenario.v4().begin().established(PLAIN).play("""
                < PSH,ACK seq=1 ack=1 len=500
                . send 200
                > PSH,ACK seq=1 ack=501 len=200
                + 100ms
                """);
    }

    @Rfc("9293 MUST-59")
    @Test
    void segmentsThatArriveTogetherAreAcknowledgedTogether() {
        Conversation conversation = Scenario.v4().begin().established(PLAIN);
        for (int segment = 0; segment < 8; segment++) {
            conversation.peer.send(conversation.segment("ACK seq=" + (1 + 1000 * segment) + " ack=1 len=1000"));
        }
        conversation.play("> ACK seq=1 ack=8001");
    }

    @Rfc({"9293 SHLD-31", "9293 MAY-13", "5681 4.2 gap", "5681 4.2 one"})
    @Test
    void segmentBehindAGapIsAcknowledgedAtOnceAndKept() {
        Scenario.v4().begin().established(PLAIN).play("""
                < ACK seq=1001 ack=1 len=1000
                > ACK seq=1 ack=1
                < ACK seq=2001 ack=1 len=1000
                > ACK seq=1 ack=1
                . readable 0
                < ACK seq=1 ack=1 len=1000
                > ACK seq=1 ack=3001
                . read 3000
                ...
                """);
    }

    /// RFC 5681 §4.2: what fills a part of a gap is acknowledged at once, too.
    @Rfc("5681 4.2 filled gap")
    @Test
    void segmentThatFillsAPartOfAGapIsAcknowledgedAtOnce() {
        Scenario.v4().begin().established(SACK).play("""
                < ACK seq=2001 ack=1 len=1000
                > ACK seq=1 ack=1 sack=2001:3001
                < ACK seq=1 ack=1 len=500
                > ACK seq=1 ack=501 sack=2001:3001
                """);
    }

    @Rfc({"2018 4 first block", "2018 4 repeated", "2018 4 as many"})
    @Test
    void newestBlockComesFirstThenTheOthers() {
        Scenario.v4().begin().established(SACK).play("""
                < ACK seq=2001 ack=1 len=1000
                > ACK seq=1 ack=1 sack=2001:3001
                < ACK seq=4001 ack=1 len=1000
                > ACK seq=1 ack=1 sack=4001:5001,2001:3001
                < ACK seq=6001 ack=1 len=1000
                > ACK seq=1 ack=1 sack=6001:7001,4001:5001,2001:3001
                < ACK seq=3001 ack=1 len=1000
                > ACK seq=1 ack=1 sack=2001:5001,6001:7001
                < ACK seq=1 ack=1 len=2000
                > ACK seq=1 ack=5001 sack=6001:7001
                < ACK seq=5001 ack=1 len=1000
                > ACK seq=1 ack=7001
                . read 7000
                ...
                """);
    }

    @Rfc("2018 3 four blocks")
    @Test
    void withTimestampsThreeBlocksFit() {
        Conversation conversation = Scenario.v4().begin().established("mss=1000 sackOK ts=1000");
        for (int hole = 1; hole <= 5; hole++) {
            conversation.play("< ACK seq=%d ack=1 len=1000\n...".formatted(2000 * hole + 1));
            assertEquals(Math.min(hole, 3), conversation.taken().sacks.size());
        }
    }

    @Test
    void whoDidNotOfferSackGetsNone() {
        Scenario.v4().begin().established(PLAIN).play("""
                < ACK seq=1001 ack=1 len=1000
                > ACK seq=1 ack=1
                """);
    }

    @Rfc("2883 4 first block")
    @Test
    void duplicateIsReported() {
        Scenario.v4().begin().established(SACK).play("""
                < ACK seq=1 ack=1 len=1000
                < ACK seq=1001 ack=1 len=1000
                > ACK seq=1 ack=2001
                < ACK seq=1001 ack=1 len=1000
                > ACK seq=1 ack=2001 sack=1001:2001
                < ACK seq=3001 ack=1 len=1000
                > ACK seq=1 ack=2001 sack=3001:4001
                < ACK seq=3001 ack=1 len=1000
                > ACK seq=1 ack=2001 sack=3001:4001,3001:4001
                """);
    }

    @Rfc({"2883 4.1 partial", "2883 4 once"})
    @Test
    void duplicatePartIsReportedOnce() {
        Scenario.v4().begin().established(SACK).play("""
                < ACK seq=1 ack=1 len=1000
                < ACK seq=1001 ack=1 len=1000
                > ACK seq=1 ack=2001
                < ACK seq=1501 ack=1 len=1000
                + 40ms
                > ACK seq=1 ack=2501 sack=1501:2001
                . read 2500
                ...
                """);
    }

    @Test
    void overlapKeepsEveryOctetOnce() {
        Scenario.v4().begin().established(SACK).play("""
                < ACK seq=501 ack=1 len=1000
                > ACK seq=1 ack=1 sack=501:1501
                < ACK seq=1 ack=1 len=1000
                > ACK seq=1 ack=1501 sack=501:1001
                . read 1500
                ...
                """);
    }

    @Test
    void textOutsideTheWindowIsAcknowledgedAndDropped() {
        Scenario.v4().receiveBuffer(1 << 14).begin().established(PLAIN).play("""
                < ACK seq=200001 ack=1 len=1000
                > ACK seq=1 ack=1
                . readable 0
                < ACK seq=-2000 ack=1 len=1000
                > ACK seq=1 ack=1
                """);
    }

    @Rfc("7323 5.3 R1")
    @Test
    void oldTimestampIsAcknowledgedAndDropped() {
        Scenario.v4().begin().established(TIMESTAMPS).play("""
                < PSH,ACK seq=1 ack=1 len=100 ts=2000:*
                + 40ms
                > ACK seq=1 ack=101 ecr=2000
                < PSH,ACK seq=101 ack=1 len=100 ts=1999:*
                > ACK seq=1 ack=101 ecr=2000
                . readable 100
                < PSH,ACK seq=101 ack=1 len=100 ts=2000:*
                > ACK seq=1 ack=201 ecr=2000
                . readable 200
                """);
    }

    @Rfc("7323 5.2 modulo")
    @Test
    void timestampsWrap() {
        Scenario.v4().begin().established("mss=1000 ts=4294967200").play("""
                < PSH,ACK seq=1 ack=1 len=100 ts=4294967295:*
                . readable 100
                + 40ms
                > ACK seq=1 ack=101
                < PSH,ACK seq=101 ack=1 len=100 ts=3:*
                > ACK seq=1 ack=201
                . readable 200
                < PSH,ACK seq=201 ack=1 len=100 ts=4294967295:*
                > ACK seq=1 ack=201 ecr=3
                . readable 200
                """);
        // Nor is the sign bit anything.
        Scenario.v4().begin().established("mss=1000 ts=2147483600").play("""
                < PSH,ACK seq=1 ack=1 len=100 ts=2147483647:*
                + 40ms
                > ACK seq=1 ack=101
                < PSH,ACK seq=101 ack=1 len=100 ts=2147483650:*
                > ACK seq=1 ack=201 ecr=2147483650
                . readable 200
                """);
    }

    @Rfc("7323 5.5 outdated")
    @Test
    void timestampOfTwentyFourDaysAgoSaysNothing() {
        Scenario.v4().begin().established(TIMESTAMPS).play("""
                < PSH,ACK seq=1 ack=1 len=100 ts=2000000000:*
                + 40ms
                > ACK seq=1 ack=101
                + 2160000s
                < PSH,ACK seq=101 ack=1 len=100 ts=5:*
                > ACK seq=1 ack=201
                . readable 200
                """);
    }

    @Rfc("7323 5.2 reset")
    @Test
    void resetNeedsNoTimestampAndAnOldOneDoesNotHinderIt() {
        Scenario.v4().begin().established(TIMESTAMPS).play("""
                < PSH,ACK seq=1 ack=1 len=100 ts=2000:*
                + 40ms
                > ACK seq=1 ack=101
                < RST seq=101 ts=1:0
                CLOSED
                """);
    }

    @Rfc("7323 3.2 missing")
    @Test
    void segmentWithoutTheTimestampThatWasAgreedOnIsDropped() {
        Scenario.v4().begin().established(TIMESTAMPS).play("""
                < PSH,ACK seq=1 ack=1 len=100 nots
                . readable 0
                """);
    }

    /// RFC 7323 §4.3: the echo is of the earliest segment that the acknowledgment covers.
    @Rfc("7323 4.3 delayed")
    @Test
    void echoIsOfTheFirstSegmentThatWaitedForTheAcknowledgment() {
        Scenario.v4().begin().established(TIMESTAMPS).play("""
                < ACK seq=1 ack=1 len=1000 ts=2000:*
                + 10ms
                < ACK seq=1001 ack=1 len=1000 ts=2010:*
                > ACK seq=1 ack=2001 ecr=2000
                """);
    }

    @Rfc("7323 4.3 gap")
    @Test
    void echoDoesNotFollowASegmentBehindAGap() {
        Scenario.v4().begin().established("mss=1000 ts=1000 sackOK").play("""
                < ACK seq=1001 ack=1 len=1000 ts=3000:*
                > ACK seq=1 ack=1 sack=1001:2001 ecr=1020
                < ACK seq=1 ack=1 len=1000 ts=4000:*
                > ACK seq=1 ack=2001 ecr=4000
                """);
    }

    @Rfc({"9293 MUST-6", "9293 MUST-68"})
    @Test
    void optionsThatNobodyKnowsArePassedOver() {
        Conversation conversation = Scenario.v4().begin().play(". listen");
        Segment syn = conversation.segment("SYN seq=0");
        syn.rawOptions = new byte[] {(byte) 200, 6, 1, 2, 3, 4, 1, 2, 4, 3, (byte) 232, 3, 3, 7, 1, 0};
        conversation.peer.send(syn);
        conversation.play("> SYN,ACK seq=0 ack=1 wscale=" + Scenario.SCALE);
        conversation.play("< ACK seq=1 ack=1\n. accept");
        Segment text = conversation.segment("PSH,ACK seq=1 ack=1 len=100");
        text.rawOptions = new byte[] {(byte) 253, 4, 9, 9};
        conversation.peer.send(text);
        conversation.play(". readable 100\n. send 2000\n> ACK seq=1 ack=101 len=1000\n> ACK len=1000");
    }

    @Rfc("9293 MUST-7")
    @Test
    void optionsOfImpossibleLengthDoNoHarm() {
        byte[][] malformed = {
            {2, 0, 0, 0}, {2, 1, 0, 0}, {2, 40, 0, 0}, {3, 3}, {8, 10, 0, 0}, {5, 3, 1, 0}, {4, 0, 0, 0}, {2, 3, 9, 0},
        };
        for (byte[] options : malformed) {
            Conversation conversation = Scenario.v4().begin().play(". listen");
            Segment syn = conversation.segment("SYN seq=0");
            syn.rawOptions = options;
            conversation.peer.send(syn);
            conversation.play("""
                    > SYN,ACK seq=0 ack=1
                    < ACK seq=1 ack=1
                    . accept
                    ESTABLISHED
                    """);
        }
    }

    @Rfc("9293 MUST-5")
    @Test
    void optionIsTakenInAnySegment() {
        Scenario.v4().begin().established(TIMESTAMPS).play("""
                < PSH,ACK seq=1 ack=1 len=100 ts=2000:*
                + 40ms
                > ACK seq=1 ack=101 ecr=2000
                """);
    }

    @Rfc("9293 MUST-64")
    @Test
    void optionsAreReadWhereverTheyStand() {
        Conversation conversation = Scenario.v4().begin().play(". listen");
        Segment syn = conversation.segment("SYN seq=0");
        syn.rawOptions = new byte[] {1, 2, 4, 3, (byte) 232, 1, 1, 0};
        conversation.peer.send(syn);
        conversation.play("""
                > SYN,ACK seq=0 ack=1
                < ACK seq=1 ack=1
                . accept
                . send 1500
                > ACK seq=1 len=1000
                > PSH,ACK seq=1001 len=500
                """);
    }

    @Test
    void quickAckAcknowledgesEachSegmentAtOnce() {
        Scenario.v4().begin().established(PLAIN).play("""
                . option QUICK_ACK 1
                < PSH,ACK seq=1 ack=1 len=10
                > ACK seq=1 ack=11
                """);
    }

    @Test
    void streamAcrossTheWrapOfSequenceNumbersIsWhole() {
        Conversation conversation = Scenario.v4().peerIss(-3000).begin().established(SACK);
        int next = 1;
        for (int segment = 0; segment < 8; segment++) {
            conversation.peer.send(conversation.segment("ACK seq=%d ack=1 len=1000".formatted(next)));
            next += 1000;
        }
        conversation.now();
        assertTrue(conversation.takeAll().ack == conversation.peerIss() + next);
        conversation.play(". read 8000\n...");
    }
}
