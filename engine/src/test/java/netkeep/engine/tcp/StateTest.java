package netkeep.engine.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import netkeep.sim.Rfc;
import org.junit.jupiter.api.Test;

class StateTest {
    /// Every event that changes a state; what an event leaves alone is not listed.
    private static final String TRANSITIONS = """
            CLOSED        OPEN_PASSIVE    LISTEN
            CLOSED        OPEN_ACTIVE     SYN_SENT
            LISTEN        OPEN_ACTIVE     SYN_SENT
            LISTEN        CLOSE           CLOSED
            LISTEN        SYN             SYN_RECEIVED
            LISTEN        RESET           CLOSED
            SYN_SENT      CLOSE           CLOSED
            SYN_SENT      SYN             SYN_RECEIVED
            SYN_SENT      ACK_OF_SYN      ESTABLISHED
            SYN_SENT      RESET           CLOSED
            SYN_RECEIVED  CLOSE           FIN_WAIT_1
            SYN_RECEIVED  ACK_OF_SYN      ESTABLISHED
            SYN_RECEIVED  FIN             CLOSE_WAIT
            SYN_RECEIVED  RESET           CLOSED
            ESTABLISHED   CLOSE           FIN_WAIT_1
            ESTABLISHED   FIN             CLOSE_WAIT
            ESTABLISHED   RESET           CLOSED
            FIN_WAIT_1    FIN             CLOSING
            FIN_WAIT_1    ACK_OF_FIN      FIN_WAIT_2
            FIN_WAIT_1    RESET           CLOSED
            FIN_WAIT_2    FIN             TIME_WAIT
            FIN_WAIT_2    RESET           CLOSED
            CLOSE_WAIT    CLOSE           LAST_ACK
            CLOSE_WAIT    RESET           CLOSED
            CLOSING       ACK_OF_FIN      TIME_WAIT
            CLOSING       RESET           CLOSED
            LAST_ACK      ACK_OF_FIN      CLOSED
            LAST_ACK      RESET           CLOSED
            TIME_WAIT     TIME_WAIT_ENDS  CLOSED
            TIME_WAIT     RESET           CLOSED
            """;

    @Rfc("9293 3.3.2 states")
    @Test
    void transitionsAreTheseAndNoOthers() {
        StringBuilder table = new StringBuilder();
        for (State state : State.values()) {
            for (State.Event event : State.Event.values()) {
                State next = state.after(event);
                if (next != state) {
                    table.append("%-12s  %-14s  %s%n".formatted(state, event, next));
                }
            }
        }
        assertEquals(TRANSITIONS, table.toString());
    }

    @Test
    void whichStatesAreSynchronisedSendAndReceive() {
        StringBuilder table = new StringBuilder();
        for (State state : State.values()) {
            table.append(state)
                    .append(state.synchronised() ? " synchronised" : "")
                    .append(state.sends() ? " sends" : "")
                    .append(state.receives() ? " receives" : "")
                    .append('\n');
        }
        assertEquals("""
                CLOSED
                LISTEN
                SYN_SENT
                SYN_RECEIVED
                ESTABLISHED synchronised sends receives
                FIN_WAIT_1 synchronised receives
                FIN_WAIT_2 synchronised receives
                CLOSE_WAIT synchronised sends
                CLOSING synchronised
                LAST_ACK synchronised
                TIME_WAIT synchronised
                """, table.toString());
    }

    /// The order is in the ledger's layout.
    @Test
    void stateComesBackFromItsNumber() {
        Rig rig = new Rig();
        for (State state : State.values()) {
            rig.tcb.become(state);
            assertEquals(state, rig.tcb.tcpState());
        }
    }
}
