package netkeep.engine.tcp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import netkeep.engine.sim.Conversation;
import netkeep.engine.sim.Scenario;
import netkeep.engine.sim.Segment;
import netkeep.sim.Rfc;
import netkeep.sim.Seeds;
import org.junit.jupiter.api.Test;

/// Selective acknowledgments, RFC 2018, and those of duplicates, RFC 2883.
class SelectiveTest {
    private static final String SACK = "mss=1000 sackOK";

    private static Conversation receiving() {
        return Scenario.v4().begin().established(SACK);
    }

    @Rfc("2018 2 only in a SYN")
    @Test
    void permissionIsGivenInTheSynOnly() {
        Conversation conversation = Scenario.v4().begin().play("""
                . connect
                > SYN seq=0 sackOK
                < SYN,ACK seq=0 ack=1 mss=1000 sackOK
                > ACK seq=1 ack=1
                """);
        assertFalse(conversation.last().sackPermitted);
        conversation.play(". send 10\n> PSH,ACK seq=1 len=10");
        assertFalse(conversation.last().sackPermitted);
    }

    @Rfc("2018 2 only answered")
    @Test
    void permissionIsAnsweredOnlyIfItWasGiven() {
        Conversation conversation = Scenario.v4().begin().play(". listen\n< SYN seq=0 mss=1000\n> SYN,ACK seq=0 ack=1");
        assertFalse(conversation.last().sackPermitted);
        conversation.play("< SYN seq=0 mss=1000 sackOK from=5\n> SYN,ACK ack=1 sackOK");
    }

    @Rfc("2018 4 not permitted")
    @Test
    void whoDidNotPermitItGetsNone() {
        Scenario.v4().begin().established("mss=1000").play("""
                < ACK seq=1001 ack=1 len=1000
                > ACK seq=1 ack=1
                """);
    }

    @Rfc({"2018 4 each segment", "2018 4 first block", "2018 4 repeated"})
    @Test
    void eachSegmentBehindAGapIsToldAtOnceWithTheOthers() {
        receiving().play("""
                < ACK seq=2001 ack=1 len=1000
                > ACK seq=1 ack=1 sack=2001:3001
                < ACK seq=4001 ack=1 len=1000
                > ACK seq=1 ack=1 sack=4001:5001,2001:3001
                < ACK seq=5001 ack=1 len=1000
                > ACK seq=1 ack=1 sack=4001:6001,2001:3001
                < ACK seq=8001 ack=1 len=1000
                > ACK seq=1 ack=1 sack=8001:9001,4001:6001,2001:3001
                < ACK seq=3001 ack=1 len=1000
                > ACK seq=1 ack=1 sack=2001:6001,8001:9001
                """);
    }

    /// From wherever they are: what is told once only, its acknowledgment lost, would come again.
    @Rfc({"2018 4 repeated", "2018 4 first block"})
    @Test
    void blocksAreToldAgainInTheOrderInWhichTheyCame() {
        receiving().play("""
                < ACK seq=8001 ack=1 len=1000
                > ACK seq=1 ack=1 sack=8001:9001
                < ACK seq=2001 ack=1 len=1000
                > ACK seq=1 ack=1 sack=2001:3001,8001:9001
                < ACK seq=5001 ack=1 len=1000
                > ACK seq=1 ack=1 sack=5001:6001,2001:3001,8001:9001
                < ACK seq=12001 ack=1 len=1000
                > ACK seq=1 ack=1 sack=12001:13001,5001:6001,2001:3001,8001:9001
                < ACK seq=10001 ack=1 len=1000
                > ACK seq=1 ack=1 sack=10001:11001,12001:13001,5001:6001,2001:3001
                < ACK seq=6001 ack=1 len=1000
                > ACK seq=1 ack=1 sack=5001:7001,10001:11001,12001:13001,2001:3001
                < ACK seq=11001 ack=1 len=1000
                > ACK seq=1 ack=1 sack=10001:13001,5001:7001,2001:3001,8001:9001
                """);
    }

    @Rfc("2018 4 all acknowledgments")
    @Test
    void acknowledgmentsOfOtherThingsTellItToo() {
        receiving().play("""
                < ACK seq=2001 ack=1 len=1000
                > ACK seq=1 ack=1 sack=2001:3001
                . send 10
                > PSH,ACK seq=1 ack=1 len=10 sack=2001:3001
                < ACK seq=1 ack=11 len=1000
                > ACK seq=11 ack=1001 sack=2001:3001
                """);
    }

    @Rfc({"2018 3 four blocks", "2018 4 as many"})
    @Test
    void fourBlocksFitAndThreeBesideTimestamps() {
        for (String options : List.of(SACK, SACK + " ts=1000")) {
            Conversation conversation = Scenario.v4().begin().established(options);
            int most = options.contains("ts") ? 3 : 4;
            for (int hole = 1; hole <= 6; hole++) {
                conversation.play("< ACK seq=%d ack=1 len=1000\n...".formatted(2000 * hole + 1));
                assertEquals(Math.min(hole, most), conversation.taken().sacks.size());
            }
        }
    }

    /// RFC 2018 §8 allows to forget; it would cost the peer a time-out.
    @Rfc("2018 8 keeps")
    @Test
    void whatWasToldIsKept() {
        Conversation conversation = receiving();
        int told = 0;
        for (int hole = 1; hole <= 40; hole++) {
            conversation.play("< ACK seq=%d ack=1 len=1000\n...".formatted(2000 * hole + 1));
            told += conversation.taken().sacks.getFirst()[0] == conversation.peerIss() + 2000 * hole + 1 ? 1 : 0;
        }
        assertTrue(told >= 10, "told of " + told);
        // From the left the holes are filled: what was told is there and needs not come again.
        conversation.play("< ACK seq=1 ack=1 len=1000\n...");
        conversation.takeAll();
        for (int hole = 1; hole <= told; hole++) {
            conversation.play("< ACK seq=%d ack=1 len=1000\n...".formatted(2000 * hole - 999));
            assertEquals(2000 * hole + 1001, conversation.takeAll().ack - conversation.peerIss());
        }
    }

    @Rfc("2018 5 left edge")
    @Test
    void afterATimeOutTheLeftEdgeGoesAgainThoughItWasSacked() {
        Sending sending = Sending.inFlight("sackOK", 4);
        sending.passMs(20);
        assertEquals(List.of(10001), sending.arrives("ACK seq=1 ack=10001 sack=11001:14001"));
        assertEquals(List.of(), sending.arrives("ACK seq=1 ack=11001"));
        sending.waitMs();

        assertEquals(List.of(11001), sending.taken());
    }

    @Rfc("2018 5 skips")
    @Test
    void whatIsSackedIsNotSentAgain() {
        Sending sending = Sending.inFlight("sackOK", 8);
        sending.passMs(20);
        sending.arrives("ACK seq=1 ack=10001 sack=12001:13001");
        sending.arrives("ACK seq=1 ack=10001 sack=14001:15001,12001:13001");
        List<Integer> sent = sending.arrives("ACK seq=1 ack=10001 sack=14001:18001,12001:13001");
        sending.passMs(15);
        sent = java.util.stream.Stream.concat(sent.stream(), sending.taken().stream())
                .toList();

        assertEquals(List.of(10001, 11001, 13001), sent);
    }

    /// §8: the sender keeps what was sacked only.
    @Rfc("2018 8 sender keeps")
    @Test
    void whatIsSackedOnlyIsStillTheSendersToKeep() {
        Sending sending = Sending.inFlight("sackOK", 4);
        sending.passMs(20);
        sending.arrives("ACK seq=1 ack=10001 sack=11001:14001");

        sending.play(". acknowledged 10000");
    }

    @Rfc("2018 5 nonsense")
    @Test
    void blocksThatCannotBeAreIgnored() {
        Sending sending = Sending.inFlight("sackOK", 4);
        sending.passMs(20);
        assertEquals(List.of(), sending.arrives("ACK seq=1 ack=10001 sack=50001:51001"));
        // Half of it is beyond what was sent: none of it is believed.
        assertEquals(List.of(), sending.arrives("ACK seq=1 ack=10001 sack=13001:15001"));
        assertEquals(4000, pipe(sending));
        assertEquals(List.of(), sending.arrives("ACK seq=1 ack=10001 sack=13001:12001"));
        assertEquals(List.of(), sending.arrives("ACK seq=1 ack=10001 sack=11001:11001"));
        assertEquals(4000, pipe(sending));
        sending.arrives("ACK seq=1 ack=14001");
        sending.play(". acknowledged 14000");
    }

    /// Of three numbers far apart each can be before the next: also a block that goes round is none of ours.
    @Rfc("2018 5 nonsense")
    @Test
    void blocksFromAnywhereLeaveTheScoreboardAsItIs() {
        Sending sending = Sending.inFlight("sackOK", 4);
        sending.passMs(20);
        int runs = Look.at(sending.conversation).flow.runs();
        sending.arrives("ACK seq=1 ack=10001 sack=1000000000:-1500000000");
        assertEquals(runs, Look.at(sending.conversation).flow.runs());
        RandomGenerator luck = Seeds.luck(1);
        for (int i = 0; i < 100; i++) {
            // Two in a row: what comes first may be taken for a duplicate.
            int[] edges = luck.ints(4).toArray();
            sending.arrives("ACK seq=1 ack=10001 sack=%d:%d,%d:%d".formatted(edges[0], edges[1], edges[2], edges[3]));
            assertEquals(runs, Look.at(sending.conversation).flow.runs(), () -> Arrays.toString(edges));
        }
        assertEquals(4000, pipe(sending));
        sending.arrives("ACK seq=1 ack=14001");
        sending.play(". acknowledged 14000");
    }

    private static int pipe(Sending sending) {
        Look look = Look.at(sending.conversation);
        return new Flight(look.tcb, look.flow).pipe();
    }

    /// Not even for other octets that come for the same place.
    @Rfc("2018 8 keeps")
    @Test
    void whatWasToldIsNotWrittenOver() {
        Conversation conversation = receiving().play("""
                < ACK seq=1001 ack=1 len=1000
                > ACK seq=1 ack=1 sack=1001:2001
                """);
        Segment other = conversation.segment("ACK seq=501 ack=1 len=2000");
        Arrays.fill(other.text, (byte) 0x55);
        conversation.peer.send(other);
        conversation.now();
        conversation.takeAll();
        conversation.play("< ACK seq=1 ack=1 len=500\n...");
        conversation.takeAll();
        byte[] octets = new byte[2500];
        assertEquals(2500, conversation.client().receive(conversation.socket(), octets, 0, 2500));
        assertArrayEquals(Conversation.text(1000, 1000), Arrays.copyOfRange(octets, 1000, 2000));
        assertEquals(0x55, octets[999]);
        assertEquals(0x55, octets[2000]);
    }

    @Rfc({"2883 4 first block", "2883 4 once"})
    @Test
    void duplicateIsToldInTheFirstBlockOnce() {
        receiving().play("""
                < ACK seq=1 ack=1 len=1000
                < ACK seq=1001 ack=1 len=1000
                > ACK seq=1 ack=2001
                < ACK seq=1 ack=1 len=1000
                > ACK seq=1 ack=2001 sack=1:1001
                < ACK seq=3001 ack=1 len=1000
                > ACK seq=1 ack=2001 sack=3001:4001
                """);
    }

    @Rfc("2883 4.1 partial")
    @Test
    void partOfASegmentThatWasThereIsTold() {
        receiving().play("""
                < ACK seq=1 ack=1 len=1000
                < ACK seq=1001 ack=1 len=1000
                > ACK seq=1 ack=2001
                < ACK seq=1501 ack=1 len=1000
                + 40ms
                > ACK seq=1 ack=2501 sack=1501:2001
                """);
    }

    /// §4.2: also where the rest of the segment lies before or behind; of two parts the first is told.
    @Rfc("2883 4.2 ahead")
    @Test
    void partOfASegmentThatWasAheadIsTold() {
        receiving().play("""
                < ACK seq=1001 ack=1 len=1000
                > ACK seq=1 ack=1 sack=1001:2001
                < ACK seq=501 ack=1 len=1000
                > ACK seq=1 ack=1 sack=1001:1501,501:2001
                < ACK seq=1501 ack=1 len=1000
                > ACK seq=1 ack=1 sack=1501:2001,501:2501
                < ACK seq=3001 ack=1 len=1000
                > ACK seq=1 ack=1 sack=3001:4001,501:2501
                < ACK seq=1 ack=1 len=5000
                > ACK seq=1 ack=5001 sack=501:2501
                """);
    }

    /// §4.1.2: of what lies ahead of the cumulative acknowledgment the second block tells where it belongs.
    @Rfc("2883 4 second block")
    @Test
    void duplicateAheadIsFollowedByTheBlockAroundIt() {
        receiving().play("""
                < ACK seq=1001 ack=1 len=1000
                > ACK seq=1 ack=1 sack=1001:2001
                < ACK seq=2001 ack=1 len=1000
                > ACK seq=1 ack=1 sack=1001:3001
                < ACK seq=5001 ack=1 len=1000
                > ACK seq=1 ack=1 sack=5001:6001,1001:3001
                < ACK seq=1501 ack=1 len=500
                > ACK seq=1 ack=1 sack=1501:2001,1001:3001,5001:6001
                """);
    }

    /// §4: a duplicate beside timestamps takes one of the three.
    @Rfc("2883 4 room")
    @Test
    void duplicateTakesTheRoomOfAnother() {
        Conversation conversation = Scenario.v4().begin().established(SACK + " ts=1000");
        for (int hole = 1; hole <= 4; hole++) {
            conversation.play("< ACK seq=%d ack=1 len=1000\n...".formatted(2000 * hole + 1));
            conversation.taken();
        }
        conversation.play("< ACK seq=2001 ack=1 len=1000\n...");
        Segment ack = conversation.taken();
        assertEquals(3, ack.sacks.size());
        assertEquals(2001, ack.sacks.getFirst()[0] - conversation.peerIss());
        assertEquals(3001, ack.sacks.getFirst()[1] - conversation.peerIss());
    }

    /// RFC 2883 §5, RFC 3708: all that was sent again was needless, so the window is as before.
    @Rfc({"2883 5 undo", "9438 4.9 undone"})
    @Test
    void duplicatesOfAllRetransmissionsTakeTheReductionBack() {
        Sending sending = Sending.measured(Scenario.v4(), "sackOK");
        sending.give(60_000);
        int window = sending.taken().size();
        sending.passMs(20);
        List<Integer> again = sending.arrives("ACK seq=1 ack=10001 sack=11001:14001");
        assertTrue(again.contains(10001), again.toString());
        int sent = again.size() - 1;
        sending.passMs(5);
        sent += sending.arrives("ACK seq=1 ack=14001 sack=10001:11001").size();
        // Four have left: as many and what the window grew by go.
        assertTrue(sent >= 4, sent + " of a window of " + window);
        Look look = Look.at(sending.conversation);
        assertEquals(22, look.window());
        assertTrue(look.tcb.ssthresh() > 1 << 29, "ssthresh " + look.tcb.ssthresh());
    }
}
