package netkeep.engine.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import netkeep.engine.sim.Conversation;
import netkeep.engine.sim.Scenario;
import netkeep.engine.sim.SimHost;
import netkeep.session.Event;
import netkeep.session.Status;
import netkeep.sim.Rfc;
import netkeep.wire.EthernetHeader;
import netkeep.wire.VirtioNetHeader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What a connection makes of errors on its way, and of silence: RFC 9293 §3.8.3 and §3.9.2.2.
class FailureTest {
    private static final int UNREACHABLE = 3;
    private static final int TIME_EXCEEDED = 11;
    private static final int PARAMETER_PROBLEM = 12;

    private static Conversation sending() {
        return Scenario.v4().begin().established("mss=1000").play(". send 100\n> PSH,ACK seq=1 len=100");
    }

    /// Soft errors end nothing, and the user can see them.
    @Rfc({"9293 MUST-56", "9293 MUST-47", "9293 SHLD-25", "9293 MUST-54"})
    @ParameterizedTest
    @CsvSource({"3, 0, 101", "3, 1, 113", "3, 5, 101", "11, 0, 113", "11, 1, 113", "12, 0, 71"})
    void softErrorIsToldAndEndsNothing(int type, int code, int errno) {
        Conversation conversation = sending();
        conversation.peer.sendError(conversation.last(), SimHost.address4(254), type, code, 0);
        conversation.play("ESTABLISHED");
        assertEquals(errno, conversation.client().error(conversation.socket()));
        // What is acknowledged later takes it back.
        conversation.play("< ACK seq=1 ack=101\n. acknowledged 100\n. error 0\n. send 10\n> PSH,ACK seq=101 len=10");
    }

    @Rfc("9293 MUST-56")
    @ParameterizedTest
    @CsvSource({"3, 0", "3, 1", "3, 5", "11, 0", "12, 0"})
    void softErrorEndsNoAttemptEither(int type, int code) {
        Conversation conversation = Scenario.v4().begin().play(". connect\n> SYN seq=0");
        conversation.peer.sendError(conversation.last(), SimHost.address4(254), type, code, 0);
        conversation.play("SYN_SENT\n< SYN,ACK seq=0 ack=1 mss=1000\n> ACK seq=1 ack=1\nESTABLISHED");
    }

    /// The time-out ends with what was told meanwhile.
    @Rfc("9293 MUST-47")
    @Test
    void silenceAfterASoftErrorEndsWithIt() {
        Conversation conversation = sending();
        conversation.peer.sendError(conversation.last(), SimHost.address4(254), UNREACHABLE, 1, 0);
        assertTrue(conversation.world.run(
                TimeUnit.HOURS.toNanos(1), () -> conversation.client().has(conversation.socket(), Status.FAILED)));
        assertEquals(113, conversation.client().error(conversation.socket()));
    }

    /// RFC 5927 §5.2: a forger could end connections with hard errors; in a synchronised state they are soft.
    @Rfc("5927 5.2 synchronised")
    @ParameterizedTest
    @CsvSource({"2", "3"})
    void hardErrorIsSoftOnceSynchronised(int code) {
        Conversation conversation = sending();
        conversation.peer.sendError(conversation.last(), conversation.remote, UNREACHABLE, code, 0);
        conversation.play("ESTABLISHED\n< ACK seq=1 ack=101\n. acknowledged 100");
    }

    @Rfc("9293 SHLD-26")
    @ParameterizedTest
    @CsvSource({"2", "3"})
    void hardErrorEndsAnAttempt(int code) {
        Conversation conversation = Scenario.v4().begin().play(". connect\n> SYN seq=0");
        conversation.peer.sendError(conversation.last(), conversation.remote, UNREACHABLE, code, 0);
        conversation.play(". error ECONNREFUSED\n. failed\nCLOSED");
    }

    /// RFC 5927 §4.1: the quoted sequence number must be in flight.
    @Rfc({"9293 MUST-54", "5927 4.1 in flight"})
    @ParameterizedTest
    @CsvSource({"-1, false", "0, true", "99, true", "100, false"})
    void errorMustQuoteWhatIsInFlight(int offset, boolean believed) {
        Conversation conversation = sending();
        netkeep.engine.sim.Segment quoted = conversation.last();
        quoted.seq += offset;
        conversation.peer.sendError(quoted, SimHost.address4(254), UNREACHABLE, 1, 0);
        conversation.now();
        assertEquals(believed ? 113 : 0, conversation.client().error(conversation.socket()));
    }

    @Rfc("9293 MUST-56")
    @Test
    void timeExceededAndParameterProblemEndNothingThoughRepeated() {
        Conversation conversation = sending();
        for (int times = 0; times < 20; times++) {
            conversation.peer.sendError(conversation.last(), SimHost.address4(254), TIME_EXCEEDED, 0, 0);
            conversation.peer.sendError(conversation.last(), SimHost.address4(254), PARAMETER_PROBLEM, 0, 0);
        }
        conversation.play("ESTABLISHED");
    }

    /// Frames of ARP that the engine sends while the world runs on.
    private static int questions(Conversation conversation, long durationNs) {
        int[] questions = questions(conversation);
        conversation.world.run(durationNs);
        return questions[0];
    }

    /// Counts those that it sends from now on.
    private static int[] questions(Conversation conversation) {
        int[] questions = {0};
        conversation.wire.there().censor((frames, at, length) -> {
            int type = EthernetHeader.etherType(frames, at + VirtioNetHeader.LENGTH);
            questions[0] += type == EthernetHeader.ARP ? 1 : 0;
            return true;
        });
        return questions;
    }

    /// R1: IP is advised to look whether the next hop is alive. 200, 400, 800 ms: the third time-out comes after 1.4 s,
    /// and the neighbor, which was sure, is asked 5 s later.
    @Rfc({"9293 MUST-20", "9293 SHLD-10", "1122 3.3.1.4 negative advice"})
    @Test
    void thirdRetransmissionDoubtsTheNextHop() {
        Conversation conversation = sending();

        assertEquals(0, questions(conversation, TimeUnit.MILLISECONDS.toNanos(6_300)));
        assertTrue(questions(conversation, TimeUnit.MILLISECONDS.toNanos(500)) > 0);
    }

    /// The user hears between R1 and R2 that nothing arrives, and that it does again.
    @Rfc("9293 SHLD-9")
    @Test
    void thirdRetransmissionIsToldToTheUser() {
        Conversation conversation = sending();
        conversation.world.run(TimeUnit.MILLISECONDS.toNanos(1_350));
        assertEquals(0, conversation.client().error(conversation.socket()));
        while (conversation.client().event() >= 0) {
            // Of no interest.
        }
        conversation.world.run(TimeUnit.MILLISECONDS.toNanos(100));
        assertEquals(110, conversation.client().error(conversation.socket()));
        assertEquals(Event.STATE, Event.what(conversation.client().event()) & Event.STATE);
        conversation.peer.segments().clear();
        conversation.play("ESTABLISHED\n< ACK seq=1 ack=101\n. error 0\n. send 10\n> PSH,ACK seq=101 len=10");
    }

    /// What is acknowledged tells that the next hop is there, however long ago it answered.
    @Rfc({"4861 7.3.1 confirmation from above", "1122 3.3.1.4 advice"})
    @Test
    void connectionThatGetsOnAsksNobody() {
        Conversation conversation = Scenario.v4().begin().established("mss=1000");
        int[] questions = questions(conversation);
        for (int sequence = 1; sequence < 9_000; sequence += 100) {
            conversation.play(". send 100\n> PSH,ACK seq=%d len=100\n< ACK seq=1 ack=%d\n+ 1s"
                    .formatted(sequence, sequence + 100));
        }
        assertEquals(0, questions[0]);
    }

    @Rfc("9293 MUST-20")
    @Test
    void acknowledgedConnectionDoubtsNobody() {
        Conversation conversation = sending().play("< ACK seq=1 ack=101");

        assertEquals(0, questions(conversation, TimeUnit.SECONDS.toNanos(12)));
    }

    /// R2 for text: 100 seconds at least.
    @Rfc({"9293 MUST-20", "9293 SHLD-11"})
    @Test
    void silenceOfMoreThanAHundredSecondsEndsTheConnection() {
        Conversation conversation = sending();
        long sentNs = conversation.world.nowNs();
        assertTrue(conversation.world.run(
                TimeUnit.HOURS.toNanos(1), () -> conversation.client().has(conversation.socket(), Status.FAILED)));
        assertTrue(conversation.world.nowNs() - sentNs >= TimeUnit.SECONDS.toNanos(100));
        assertEquals(110, conversation.client().error(conversation.socket()));
        conversation.peer.segments().clear();
        conversation.play("CLOSED");
    }

    /// R2 for a SYN: three minutes at least, for the answer to one, too.
    @Rfc({"9293 MUST-22", "9293 MUST-23"})
    @Test
    void synAckIsRepeatedForThreeMinutes() {
        Conversation conversation = Scenario.v4().begin().play(". listen\n< SYN seq=0 mss=1000\n> SYN,ACK seq=0 ack=1");
        conversation.world.run(TimeUnit.SECONDS.toNanos(180));
        assertEquals(7, conversation.peer.segments().size());
        conversation.peer.segments().clear();
        conversation.play("SYN_RECEIVED");
        conversation.world.run(TimeUnit.SECONDS.toNanos(600));
        conversation.peer.segments().clear();
        conversation.play("CLOSED");
    }

    @Rfc({"9293 MUST-22", "9293 MUST-23"})
    @Test
    void synIsRepeatedForThreeMinutes() {
        Conversation conversation = Scenario.v4().begin().play(". connect\n> SYN seq=0");
        conversation.world.run(TimeUnit.SECONDS.toNanos(180));
        assertEquals(7, conversation.peer.segments().size());
        conversation.peer.segments().clear();
        conversation.play("SYN_SENT");
        conversation.world.run(TimeUnit.SECONDS.toNanos(600));
        conversation.peer.segments().clear();
        conversation.play(". error ETIMEDOUT\nCLOSED");
    }

    /// RFC 1122 §4.2.3.5's SHLD-17: what lies beyond a window that shrank does not end the connection.
    @Rfc("9293 SHLD-17")
    @Test
    void textBeyondAShrunkenWindowEndsNothing() {
        Conversation conversation =
                Scenario.v4().begin().established("mss=1000").play("""
                . send 3000
                > ACK seq=1 len=1000
                > ACK seq=1001 len=1000
                > PSH,ACK seq=2001 len=1000
                + 20ms
                """);
        for (int minute = 0; minute < 30; minute++) {
            conversation.play("< ACK seq=1 ack=1001 win=0\n...");
            conversation.world.run(TimeUnit.SECONDS.toNanos(60));
            conversation.peer.segments().clear();
        }
        conversation.play("ESTABLISHED");
    }

    /// Nor where the window shrinks to nothing and nothing new was acknowledged: it is probed.
    @Rfc({"9293 SHLD-17", "9293 MUST-36", "9293 MUST-37"})
    @Test
    void textBeyondAWindowThatShrankToNothingIsProbedFor() {
        Conversation conversation =
                Scenario.v4().begin().established("mss=1000").play("""
                . send 1000
                > PSH,ACK seq=1 len=1000
                + 20ms
                < ACK seq=1 ack=1 win=0
                """);
        long untilNs = conversation.world.nowNs() + TimeUnit.MINUTES.toNanos(30);
        while (conversation.world.nowNs() < untilNs) {
            assertTrue(conversation.world.run(
                    TimeUnit.MINUTES.toNanos(3),
                    () -> !conversation.peer.segments().isEmpty()));
            assertEquals(1, conversation.taken().length());
            conversation.play("< ACK seq=1 ack=1 win=0");
        }
        assertEquals(0, conversation.client().error(conversation.socket()));
        conversation.play("""
                ESTABLISHED
                < ACK seq=1 ack=1 win=60000
                > PSH,ACK seq=1 len=1000
                < ACK seq=1 ack=1001
                . acknowledged 1000
                """);
    }
}
