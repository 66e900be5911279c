package netkeep.engine.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import netkeep.engine.sim.Scenario;
import netkeep.sim.Rfc;
import org.junit.jupiter.api.Test;

/// Recovery with SACK from its first loss to its end: RFC 6675 §5 with the rates of RFC 9937.
class SackRecoveryTest {
    /// 18 segments from 10001 on fill the window; more text waits.
    private static Sending full() {
        Sending sending = Sending.measured(Scenario.v4(), "sackOK");
        sending.give(60_000);
        assertEquals(18, sending.taken().size());
        sending.passMs(20);
        return sending;
    }

    /// CUBIC leaves 0.7 of 18 segments, once for all that the window lost.
    @Rfc({"6675 5 begin", "2018 5.1 congestion", "9406 4.2 loss", "9406 4.3 first"})
    @Test
    void lossesOfOneWindowReduceItOnce() {
        Sending sending = full();
        assertEquals(SlowStart.HYSTART, Look.at(sending.conversation).flow.slowStart());
        sending.arrives("ACK seq=1 ack=10001 sack=11001:14001");
        assertEquals(12_600, Look.at(sending.conversation).tcb.ssthresh());
        assertEquals(SlowStart.PLAIN, Look.at(sending.conversation).flow.slowStart());
        // Another hole of the same window.
        sending.arrives("ACK seq=1 ack=10001 sack=16001:19001,11001:14001");
        assertEquals(12_600, Look.at(sending.conversation).tcb.ssthresh());
    }

    /// An option tells the newest block first, wherever it lies: of blocks that one acknowledgment tells none was late.
    @Rfc({"8985 6.2 step 3", "8985 6.2 step 4"})
    @Test
    void blocksToldAtOnceAreNoReordering() {
        Sending sending = Sending.inFlight("sackOK", 10);
        sending.passMs(20);
        assertEquals(List.of(10001, 13001, 14001), sending.arrives("ACK seq=1 ack=10001 sack=15001:17001,11001:13001"));
        assertEquals(0, Look.at(sending.conversation).flow.reordering());
    }

    @Rfc({"6675 5 end", "9937 6.4 end"})
    @Test
    void recoveryEndsAtItsPointWithTheReducedWindow() {
        // Nothing new to send: what recovery lets out is less than the window.
        Sending sending = Sending.inFlight("sackOK", 18);
        sending.passMs(20);
        sending.arrives("ACK seq=1 ack=10001 sack=11001:14001");
        sending.passMs(20);
        sending.arrives("ACK seq=1 ack=27001");
        assertEquals(Recovery.FAST, Look.at(sending.conversation).flow.recovery());
        sending.arrives("ACK seq=1 ack=28001");
        assertEquals(Recovery.OPEN, Look.at(sending.conversation).flow.recovery());
        assertEquals(12_600, Look.at(sending.conversation).tcb.cwnd(), 100);
    }

    /// What is told as held and what is taken for lost are not on their way.
    /// Karn: nor does what was sent twice when the peer tells that it holds it.
    @Rfc("9293 MUST-18")
    @Test
    void retransmissionThatIsToldAsHeldMeasuresNothing() {
        Sending sending = Sending.inFlight("sackOK", 6);
        sending.passMs(20);
        assertEquals(List.of(10001, 11001), sending.arrives("ACK seq=1 ack=10001 sack=12001:16001"));
        int before = Look.at(sending.conversation).tcb.srttUs();
        sending.passMs(60);
        sending.arrives("ACK seq=1 ack=10001 sack=11001:16001");
        assertEquals(before, Look.at(sending.conversation).tcb.srttUs());
    }

    @Rfc("6675 3 pipe")
    @Test
    void pipeIsWhatIsOnItsWay() {
        Rig rig = Rig.at(1);
        for (int segment = 0; segment < 6; segment++) {
            rig.send(1000, 100 * segment);
        }
        assertEquals(6000, rig.flight.pipe());
        rig.flight.mark(1, Flight.SACKED);
        assertEquals(5000, rig.flight.pipe());
        rig.flight.mark(0, Flight.LOST);
        assertEquals(4000, rig.flight.pipe());
        rig.flight.sentAgain(0, 1000);
        assertEquals(5000, rig.flight.pipe());
    }

    /// Holes first, then new text.
    @Rfc({"6675 5 next holes", "6675 5 new text", "6675 5 retransmission"})
    @Test
    void holesAreFilledBeforeNewTextIsSent() {
        Sending sending = full();
        List<Integer> sent = new ArrayList<>();
        sent.addAll(sending.arrives("ACK seq=1 ack=10001 sack=13001:16001"));
        assertEquals(10001, sent.getFirst());
        for (int segment = 17; segment <= 28; segment++) {
            sent.addAll(sending.arrives("ACK seq=1 ack=10001 sack=13001:%d001".formatted(segment)));
        }
        assertEquals(List.of(10001, 11001, 12001, 28001), sent.subList(0, 4));
    }

    /// Fifteen of eighteen are lost: nothing is on its way, and as much as the three tell of goes.
    @Rfc({"9937 6.2 bound", "9937 6.2 SafeACK", "9937 6.2 DeliveredData"})
    @Test
    void belowTheThresholdAsMuchGoesAsWasDelivered() {
        Sending sending = full();
        assertEquals(List.of(10001, 11001, 12001), sending.arrives("ACK seq=1 ack=10001 sack=25001:28001"));
        sending.passMs(20);
        // One arrived, and no more is lost: it lets out itself and one more.
        assertEquals(List.of(13001, 14001), sending.arrives("ACK seq=1 ack=11001 sack=25001:28001"));
        // Where the hole stays as it is, itself.
        assertEquals(
                1,
                sending.arrives("ACK seq=1 ack=11001 sack=12001:13001,25001:28001")
                        .size());
    }

    @Rfc("9937 6.1 RecoverFS")
    @Test
    void whatWasToldBeforeIsNotDeliveredInTheRecovery() {
        Sending sending = full();
        for (int told = 12001; told <= 14001; told += 1000) {
            assertEquals(Recovery.OPEN, Look.at(sending.conversation).flow.recovery());
            sending.arrives("ACK seq=1 ack=10001 sack=11001:" + told);
        }
        assertEquals(Recovery.FAST, Look.at(sending.conversation).flow.recovery());
        // Two new ones went for the first two: eighteen were on their way when the third came.
        assertEquals(18_000, Look.at(sending.conversation).flow.recoverFs());
    }

    /// Also where a timer begins it, and nothing has arrived that would let anything out.
    @Rfc("9937 6.2 first")
    @Test
    void recoveryBeginsWithARetransmission() {
        Sending sending = full();
        assertEquals(List.of(28001), sending.arrives("ACK seq=1 ack=10001 sack=27001:28001"));
        sending.waitMs();
        assertEquals(List.of(10001), sending.taken());
        assertEquals(Recovery.FAST, Look.at(sending.conversation).flow.recovery());
    }

    @Rfc({"6675 5.1 time-out", "8985 6.3 time-out", "2018 5 skips"})
    @Test
    void afterATimeOutAllGoesAgainButWhatWasToldAsHeld() {
        Sending sending = Sending.inFlight("sackOK", 6);
        sending.passMs(20);
        sending.arrives("ACK seq=1 ack=10001 sack=12001:13001");
        sending.waitMs();
        List<Integer> sent = new ArrayList<>(sending.taken());
        for (int next = 1; next <= 8 && Look.at(sending.conversation).tcb.backoff() < 2; next++) {
            sending.waitMs();
            sent.addAll(sending.taken());
        }
        sending.passMs(20);
        sent.addAll(sending.arrives("ACK seq=1 ack=11001 sack=12001:13001"));
        sending.passMs(20);
        sent.addAll(sending.arrives("ACK seq=1 ack=13001"));
        sending.passMs(20);
        sent.addAll(sending.arrives("ACK seq=1 ack=14001"));
        assertFalse(sent.contains(12001), sent.toString());
        assertTrue(sent.containsAll(List.of(10001, 11001, 13001, 14001, 15001)), sent.toString());
    }

    /// RFC 2883 §4: above SEG.ACK the first block within the second is a duplicate's, and reduces nothing.
    @Rfc("2883 5 tells")
    @Test
    void firstBlockWithinTheSecondIsADuplicates() {
        Sending sending = full();
        sending.arrives("ACK seq=1 ack=10001 sack=11001:13001");
        assertEquals(0, Look.at(sending.conversation).flow.rackMult());
        sending.arrives("ACK seq=1 ack=10001 sack=11001:12001,11001:13001");
        assertEquals(1, Look.at(sending.conversation).flow.rackMult());
    }

    @Rfc("2883 5 tells")
    @Test
    void firstBlockBelowTheAcknowledgmentIsADuplicates() {
        Sending sending = full();
        sending.arrives("ACK seq=1 ack=11001 sack=10001:11001");
        assertEquals(1, Look.at(sending.conversation).flow.rackMult());
    }

    /// Each recovery that ends counts.
    @Rfc("8985 6.2 step 4 sixteen")
    @Test
    void endOfARecoveryIsOneOfTheSixteen() {
        Sending sending = full();
        sending.arrives("ACK seq=1 ack=10001 sack=11001:12001,11001:13001");
        assertEquals(16, Look.at(sending.conversation).flow.rackPersist());
        sending.arrives("ACK seq=1 ack=10001 sack=11001:15001");
        sending.passMs(20);
        sending.arrives("ACK seq=1 ack=10001 sack=11001:16001");
        assertEquals(Recovery.FAST, Look.at(sending.conversation).flow.recovery());
        int recover = Look.at(sending.conversation).flow.recover() - sending.conversation.iss();
        sending.arrives("ACK seq=1 ack=" + recover);
        assertEquals(15, Look.at(sending.conversation).flow.rackPersist());
    }

    @Rfc("9438 4.1 limited")
    @Test
    void windowThatIsNotUsedDoesNotGrow() {
        Sending sending = Sending.measured(Scenario.v4(), "sackOK");
        int before = Look.at(sending.conversation).tcb.cwnd();
        int next = 10001;
        for (int round = 0; round < 20; round++) {
            sending.give(1000);
            assertEquals(1, sending.taken().size());
            next += 1000;
            sending.passMs(20);
            sending.arrives("ACK seq=1 ack=" + next);
        }
        assertEquals(before, Look.at(sending.conversation).tcb.cwnd());
    }

    /// After a loss, in congestion avoidance: the epoch ends with the first acknowledgment of less than the window.
    @Rfc({"9438 5.8 application", "9438 4.1 limited"})
    @Test
    void epochEndsWhereTheWindowIsNotUsed() {
        Sending sending = full();
        sending.arrives("ACK seq=1 ack=10001 sack=11001:28001");
        sending.passMs(20);
        int next = Look.at(sending.conversation).tcb.sndNxt() - sending.conversation.iss();
        sending.arrives("ACK seq=1 ack=" + next);
        sending.passMs(20);
        next = Look.at(sending.conversation).tcb.sndNxt() - sending.conversation.iss();
        sending.arrives("ACK seq=1 ack=" + next);
        assertEquals(Recovery.OPEN, Look.at(sending.conversation).flow.recovery());
        assertNotEquals(0, Look.at(sending.conversation).flow.cubicEpochNs());
        for (int round = 0; round < 6; round++) {
            sending.passMs(20);
            next = Look.at(sending.conversation).tcb.sndNxt() - sending.conversation.iss();
            sending.arrives("ACK seq=1 ack=" + next);
        }
        int before = Look.at(sending.conversation).tcb.cwnd();
        sending.give(1000);
        assertEquals(1, sending.taken().size());
        sending.passMs(20);
        next = Look.at(sending.conversation).tcb.sndNxt() - sending.conversation.iss();
        sending.arrives("ACK seq=1 ack=" + next);
        assertEquals(0, Look.at(sending.conversation).flow.cubicEpochNs());
        assertEquals(before, Look.at(sending.conversation).tcb.cwnd());
    }
}
