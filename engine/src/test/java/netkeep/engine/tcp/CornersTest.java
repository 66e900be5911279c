package netkeep.engine.tcp;

import netkeep.engine.sim.Scenario;
import netkeep.sim.Rfc;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What happens in one state and is seldom tried in that: text and ends within the handshake, ends out of order.
class CornersTest {
    /// Text that comes with a SYN is not kept, which RFC 9293 §3.10.7.2 would have: the peer sends it again.
    @Test
    void textOfASynIsTakenWhenItComesAgain() {
        Scenario.v4().begin().play("""
                . listen
                < SYN seq=0 mss=1000 len=10
                > SYN,ACK seq=0 ack=1
                < PSH,ACK seq=1 ack=1 len=10
                . accept
                . readable 10
                """);
    }

    @Rfc("9293 3.10.7.3 fourth text")
    @Test
    void textAndEndOfASynAndAckAreTaken() {
        Scenario.v4().begin().play("""
                . connect
                > SYN seq=0
                < SYN,ACK seq=0 ack=1 mss=1000 len=10
                > ACK seq=1 ack=11
                ESTABLISHED
                . read 10
                < FIN,ACK seq=11 ack=1
                + 1ms
                > ACK seq=1 ack=12
                """);
        Scenario.v4().begin().play("""
                . connect
                > SYN seq=0
                < SYN,FIN,ACK seq=0 ack=1 mss=1000 len=10
                > ACK seq=1 ack=12
                CLOSE_WAIT
                . read 10
                . end
                . send 20
                > PSH,ACK seq=1 ack=12 len=20
                """);
    }

    /// The window of a SYN,ACK is as it stands there, though it is the SYN before that ended the agreement.
    @Rfc("7323 2.2 SYN unscaled")
    @Test
    void windowOfASynAndAckIsNotScaledAfterASimultaneousOpenEither() {
        Scenario.v4().begin().play("""
                . connect
                > SYN seq=0
                < SYN seq=0 mss=1000 wscale=7 win=2000
                > SYN,ACK seq=0 ack=1
                < SYN,ACK seq=0 ack=1 mss=1000 wscale=7 win=2000
                > ACK seq=1 ack=1
                ESTABLISHED
                . send 5000
                > ACK seq=1 len=1000
                > ACK seq=1001 len=1000
                < ACK seq=1 ack=2001 win=24
                > ACK seq=2001 len=1000
                > ACK seq=3001 len=1000
                > PSH,ACK seq=4001 len=1000
                """);
    }

    @Rfc("9293 3.10.4 SYN-RECEIVED")
    @ParameterizedTest
    @ValueSource(strings = {"close", "shutdown"})
    void endWaitsForTheHandshake(String end) {
        Scenario.v4().begin().play("""
                . connect
                > SYN seq=0
                < SYN seq=0 mss=1000
                > SYN,ACK seq=0 ack=1
                . %s
                + 1s
                > SYN,ACK seq=0 ack=1
                SYN_RECEIVED
                < ACK seq=1 ack=1
                > FIN,ACK seq=1 ack=1
                FIN_WAIT_1
                < ACK seq=1 ack=2
                FIN_WAIT_2
                < FIN,ACK seq=1 ack=2
                > ACK seq=2 ack=2
                TIME_WAIT
                """.formatted(end));
    }

    @Rfc("9293 3.10.7.4 eighth")
    @ParameterizedTest
    @ValueSource(strings = {". listen\n", ". connect\n> SYN seq=0\n"})
    void endMayComeWithTheLastOfTheHandshake(String open) {
        Scenario.v4().begin().play(open).play("""
                < SYN seq=0 mss=1000
                > SYN,ACK seq=0 ack=1
                < FIN,PSH,ACK seq=1 ack=1 len=10
                CLOSE_WAIT
                ...
                """);
    }

    @Rfc("9293 3.10.7.4 eighth")
    @Test
    void endOutOfOrderWaitsForTheText() {
        Scenario.v4().begin().established("mss=1000").play("""
                < FIN,PSH,ACK seq=11 ack=1 len=10
                > ACK seq=1 ack=1
                ESTABLISHED
                < PSH,ACK seq=1 ack=1 len=10
                > ACK seq=1 ack=22
                CLOSE_WAIT
                . read 20
                . end
                """);
    }

    /// The FIN takes a sequence number, which is told as those of text are: else its sender has to send it again.
    @Rfc("2018 3 FIN")
    @Test
    void endOutOfOrderIsToldAsHeld() {
        Scenario.v4().begin().established("mss=1000 sackOK").play("""
                < FIN,PSH,ACK seq=11 ack=1 len=10
                > ACK seq=1 ack=1 sack=11:22
                < PSH,ACK seq=1 ack=1 len=10
                > ACK seq=1 ack=22
                CLOSE_WAIT
                """);
        Scenario.v4().begin().established("mss=1000 sackOK").play("""
                < FIN,ACK seq=21 ack=1
                > ACK seq=1 ack=1 sack=21:22
                < PSH,ACK seq=5 ack=1 len=10
                > ACK seq=1 ack=1 sack=5:15,21:22
                < PSH,ACK seq=1 ack=1 len=10
                > ACK seq=1 ack=15 sack=5:11,21:22
                < PSH,ACK seq=15 ack=1 len=6
                + 1ms
                > ACK seq=1 ack=22
                CLOSE_WAIT
                """);
    }

    @Test
    void endThatIsRepeatedWithItsTextIsAcknowledgedAgain() {
        Scenario.v4().begin().established("mss=1000").play("""
                < FIN,PSH,ACK seq=1 ack=1 len=10
                + 1ms
                > ACK seq=1 ack=12
                < FIN,PSH,ACK seq=1 ack=1 len=10
                > ACK seq=1 ack=12
                CLOSE_WAIT
                . read 10
                . end
                """);
    }

    /// A size that makes more headers than text is not taken as it is; one beyond the link's is.
    @Rfc("9293 MUST-16")
    @Test
    void segmentSizesOfAllKindsAreTaken() {
        Scenario.v4().begin().established("mss=1").play(". send 96\n> ACK seq=1 len=48\n> PSH,ACK seq=49 len=48");
        Scenario.v4()
                .begin()
                .established("mss=65535")
                .play(". send 2920\n> ACK seq=1 len=1460\n> PSH,ACK seq=1461 len=1460");
        Scenario.of(true)
                .begin()
                .established("mss=65535")
                .play(". send 2880\n> ACK seq=1 len=1440\n> PSH,ACK seq=1441 len=1440");
    }
}
