package netkeep.engine.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import netkeep.session.Option;
import netkeep.session.Status;
import netkeep.sim.Rfc;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The user time-out option, RFC 5482: what is told, what is taken, and that it is off.
@OnStacks
class UserTimeoutTest {
    /// The granularity bit: minutes.
    private static final int MINUTES = 0x8000;

    private static final int EINVAL = 22;

    /// A connection whose user lets the peer be told of `seconds`; the peer has told `uto` with its ten octets.
    private static Conversation told(int seconds, int uto) {
        return Scenario.v4().begin().established("mss=1000").play("""
                . option ADVERTISED_TIMEOUT %d
                < PSH,ACK seq=1 ack=1 len=10 uto=%d
                . send 100
                ...
                """.formatted(seconds, uto));
    }

    /// Seconds from the first transmission to the end.
    private static long end(Conversation conversation) {
        long sentNs = conversation.takeAll().atNs;
        boolean failed = conversation.world.run(
                TimeUnit.HOURS.toNanos(3), () -> conversation.client().has(conversation.socket(), Status.FAILED));
        assertTrue(failed);
        conversation.peer.segments().clear();
        return TimeUnit.NANOSECONDS.toSeconds(conversation.world.nowNs() - sentNs);
    }

    private static void assertAbout(long seconds, long took) {
        assertTrue(took >= seconds - 1 && took <= seconds, "took " + took + " not " + seconds);
    }

    @Rfc("5482 3.1 sent")
    @Test
    void isToldInTheSynAndWithTheFirstText() {
        Scenario.v4().begin().open().play("""
                . option ADVERTISED_TIMEOUT 300
                . connect
                > SYN seq=0 uto=300
                < SYN,ACK seq=0 ack=1 mss=1460
                > ACK seq=1 ack=1 uto=300
                . send 2916
                > ACK seq=1 len=1456 uto=300
                > PSH,ACK seq=1457 len=1460 uto=-1
                """);
    }

    @Rfc("5482 3.1 sent")
    @Test
    void listenersIsToldByEachOfItsConnections() {
        Scenario.v4().begin().play("""
                . listen
                . option ADVERTISED_TIMEOUT 40000
                < SYN seq=0 mss=1000
                > SYN,ACK seq=0 ack=1
                < ACK seq=1 ack=1
                . accept
                . send 10
                > PSH,ACK seq=1 len=10 uto=%d
                < ACK seq=1 ack=11
                . send 10
                > PSH,ACK seq=11 len=10 uto=-1
                """.formatted(MINUTES | 667));
    }

    @Rfc("5482 3.1 changed")
    @Test
    void changedOneIsToldAgain() {
        Conversation conversation =
                Scenario.v4().begin().established("mss=1000").play("""
                . send 10
                > PSH,ACK seq=1 len=10 uto=-1
                < ACK seq=1 ack=11
                . option ADVERTISED_TIMEOUT 120
                . send 10
                > PSH,ACK seq=11 len=10 uto=120
                < ACK seq=1 ack=21
                """);
        conversation.host.takeOver();
        conversation.host.host().kick();
        conversation.now();
        conversation.peer.segments().clear();
        conversation.play("""
                . option ADVERTISED_TIMEOUT 0
                . send 10
                > PSH,ACK seq=21 len=10 uto=-1
                < ACK seq=1 ack=31
                """);
    }

    @Rfc("5482 3.1 adopted")
    @ParameterizedTest
    @CsvSource({"200, 300, 300", "400, 300, 400", "10, 32779, 660"})
    void greaterOfBothIsTaken(int ours, int theirs, int taken) {
        assertAbout(taken, end(told(ours, theirs)));
    }

    /// What the peer told counts when the user changes its own, and was told before.
    @Rfc("5482 3.1 adopted")
    @Test
    void peersIsKeptWhereTheUsersChanges() {
        Conversation conversation =
                Scenario.v4().begin().established("mss=1000").play("""
                < PSH,ACK seq=1 ack=1 len=10 uto=600
                . option ADVERTISED_TIMEOUT 800
                . option ADVERTISED_TIMEOUT 200
                . send 100
                ...
                """);
        assertAbout(600, end(conversation));
    }

    /// Also where that is longer than all retransmissions take without one.
    @Rfc("5482 3.1 adopted")
    @ParameterizedTest
    @CsvSource({"1, 1, 100", "1, 32823, 3300", "1, 33768, 3600"})
    void limitsHold(int ours, int theirs, int taken) {
        assertAbout(taken, end(told(ours, theirs)));
    }

    /// Nobody waits any more: what is left of the connection ends as soon as it would without a time-out.
    @Test
    void closedSocketIsNotKeptForAsLong() {
        Conversation conversation = told(3600, 3600);
        conversation.play("> PSH,ACK len=100\n. close\n...");
        conversation.world.run(
                TimeUnit.MINUTES.toNanos(20), () -> conversation.client().free(conversation.socket()));
        conversation.peer.segments().clear();
        conversation.play("CLOSED\n. free");
    }

    @Rfc("5482 3.1 changeable")
    @Test
    void usersOwnIsNotChangedByThePeer() {
        Conversation conversation =
                Scenario.v4().begin().established("mss=1000").play("""
                . option USER_TIMEOUT 5000
                . option ADVERTISED_TIMEOUT 600
                < PSH,ACK seq=1 ack=1 len=10 uto=900
                . send 100
                ...
                """);
        // Ours does not wait for one of the time-outs that double.
        assertEquals(5, end(conversation));
    }

    @Rfc("5482 3.1 zero")
    @ParameterizedTest
    @ValueSource(ints = {0, MINUTES})
    void zeroSaysNothing(int zero) {
        assertAbout(300, end(told(300, zero)));
        Conversation conversation =
                Scenario.v4().begin().established("mss=1000").play("""
                . option ADVERTISED_TIMEOUT 300
                < PSH,ACK seq=1 ack=1 len=10 uto=600
                < PSH,ACK seq=11 ack=1 len=10 uto=%d
                . send 100
                ...
                """.formatted(zero));
        assertAbout(600, end(conversation));
    }

    @Test
    void moreThanTheOptionCanSayIsRefused() {
        Conversation conversation = Scenario.v4().begin().established("mss=1000");
        for (long seconds : new long[] {-1, 60L * 32767 + 1}) {
            int ticket = conversation.client().option(conversation.socket(), Option.ADVERTISED_TIMEOUT, seconds);
            conversation.host.host().kick();
            conversation.now();
            assertEquals(EINVAL, conversation.client().answer(conversation.socket(), ticket));
        }
        conversation.play(". option ADVERTISED_TIMEOUT 1966020");
    }
}
