package netkeep.engine.tcp;

import netkeep.engine.sim.Conversation;
import netkeep.engine.sim.Scenario;
import netkeep.sim.Rfc;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What all synchronised states have in common, each tried in each: RFC 9293 §3.10.7.4.
class SynchronisedTest {
    private static final String FIN = ". shutdown\n> FIN,ACK seq=1 ack=1\n";
    private static final String PEERS_FIN = "< FIN,ACK seq=1 ack=1\n+ 1ms\n> ACK seq=1 ack=2\n";

    /// The states, how they are reached, and SND.NXT and RCV.NXT there.
    private enum In {
        ESTABLISHED("", 1, 1),
        FIN_WAIT_1(FIN, 2, 1),
        FIN_WAIT_2(FIN + "< ACK seq=1 ack=2\n", 2, 1),
        CLOSE_WAIT(PEERS_FIN, 1, 2),
        CLOSING(FIN + "< FIN,ACK seq=1 ack=1\n> ACK seq=2 ack=2\n", 2, 2),
        LAST_ACK(PEERS_FIN + ". shutdown\n> FIN,ACK seq=1 ack=2\n", 2, 2);

        private final String way;
        private final int sndNxt;
        private final int rcvNxt;

        In(String way, int sndNxt, int rcvNxt) {
            this.way = way;
            this.sndNxt = sndNxt;
            this.rcvNxt = rcvNxt;
        }

        /// Plays a script there: `$s` is SND.NXT, `$a` RCV.NXT, `$=` the state.
        private void play(String script) {
            Conversation conversation = Scenario.v4().begin().established("mss=1000");
            conversation.play(way + name() + "\n");
            conversation.play(
                    script.replace("$s", "" + sndNxt).replace("$a", "" + rcvNxt).replace("$=", name()));
        }
    }

    @Rfc("9293 3.10.7.4 first")
    @ParameterizedTest
    @EnumSource(In.class)
    void whatIsOutsideIsAcknowledged(In state) {
        state.play("""
                < PSH,ACK seq=-9 ack=1 len=10
                > ACK seq=$s ack=$a
                < ACK seq=70000 ack=1
                > ACK seq=$s ack=$a
                < FIN,ACK seq=70000 ack=1
                > ACK seq=$s ack=$a
                $=
                """);
    }

    @Rfc({"5961 3.2 exact", "9293 3.10.7.4 second synchronised"})
    @ParameterizedTest
    @EnumSource(In.class)
    void resetAtTheNextNumberEndsIt(In state) {
        state.play("< RST seq=$a\nCLOSED\n. failed\n. error " + (state == In.CLOSE_WAIT ? "EPIPE" : "ECONNRESET"));
    }

    @Rfc({"5961 3.2 in the window", "5961 3.2 outside"})
    @ParameterizedTest
    @EnumSource(In.class)
    void resetElsewhereEndsNothing(In state) {
        state.play("""
                < RST seq=10
                > ACK seq=$s ack=$a
                < RST seq=0
                < RST seq=70000
                $=
                """);
    }

    @Rfc("5961 4.2 any")
    @ParameterizedTest
    @EnumSource(In.class)
    void synIsChallenged(In state) {
        state.play("""
                < SYN seq=$a mss=1000
                > ACK seq=$s ack=$a
                < SYN,ACK seq=0 ack=1 mss=1000
                > ACK seq=$s ack=$a
                < SYN seq=90000 mss=1000
                > ACK seq=$s ack=$a
                $=
                """);
    }

    @Rfc("5961 5.2 range")
    @ParameterizedTest
    @EnumSource(In.class)
    void acknowledgmentOfWhatWasNotSentIsChallenged(In state) {
        state.play("""
                < PSH,ACK seq=$a ack=9 len=10
                > ACK seq=$s ack=$a
                < FIN,ACK seq=$a ack=9
                > ACK seq=$s ack=$a
                $=
                """);
    }

    @Rfc("9293 3.10.7.4 fifth no ACK")
    @ParameterizedTest
    @EnumSource(In.class)
    void withoutAckNothingCounts(In state) {
        state.play("< PSH seq=$a len=10\n< FIN seq=$a\n. readable 0\n$=");
    }

    /// RFC 9293 §3.10.5: of two that have closed the peer has nothing to hear.
    @Rfc("9293 3.10.5 abort")
    @ParameterizedTest
    @EnumSource(In.class)
    void abortTellsWhoHasNotClosed(In state) {
        boolean closed = state == In.CLOSING || state == In.LAST_ACK;
        state.play("""
                . option LINGER 0
                . close
                %s
                CLOSED
                . free
                """.formatted(closed ? "" : "> RST,ACK seq=$s ack=$a"));
    }

    /// But what was not read is told of in any state.
    @Rfc("9293 SHLD-3")
    @Test
    void closeWithUnreadTextResetsInLastAck() {
        Scenario.v4().begin().established("mss=1000").play("""
                < FIN,PSH,ACK seq=1 ack=1 len=100
                + 1ms
                > ACK seq=1 ack=102
                . shutdown
                > FIN,ACK seq=1 ack=102
                LAST_ACK
                . close
                > RST,ACK seq=2 ack=102
                CLOSED
                """);
    }

    /// Who has forgotten the connection and has no timestamps now hears of it all the same, and resets it.
    @Rfc({"7323 3.2 SYN", "5961 4.2 any"})
    @ParameterizedTest
    @ValueSource(ints = {0, 100, 900_000})
    void synWithoutTimestampsIsChallenged(int seq) {
        Scenario.v4().begin().established("mss=1000 ts=1000").play("""
                < SYN seq=%d mss=1000
                > ACK seq=1 ack=1
                ESTABLISHED
                """.formatted(seq));
    }
}
