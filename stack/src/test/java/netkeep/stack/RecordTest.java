package netkeep.stack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import netkeep.engine.ledger.Counter;
import netkeep.engine.ledger.Hand;
import netkeep.engine.socket.Endpoint;
import netkeep.session.Datagram;
import netkeep.session.Request;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A record that a stack dies of, whatever it does with it of its own accord, costs its connection and one death, and
/// nobody else anything.
class RecordTest {
    private static final int ECONNABORTED = 103;
    private static final int ECONNRESET = 104;

    /// Ports that listen, and by them sockets: those that do, and those that are connected to them.
    private static final int GOOD = 80;

    private static final int BAD = 81;
    private static final int WORSE = 82;
    private static final int LISTENS = 0;
    private static final int BAD_LISTENS = 1;
    private static final int WORSE_LISTENS = 2;
    private static final int CONNECTED = 3;
    private static final int BAD_CONNECTED = 4;
    private static final int WORSE_CONNECTED = 5;
    private static final int DATAGRAMS = 6;

    private static final int PIECE = 3_000;
    private static final int LONG_MS = 5_000;

    private final Subject subject = new Subject();

    @BeforeEach
    void connect() {
        for (int i = 0; i < 3; i++) {
            subject.listen(LISTENS + i, GOOD + i);
            subject.connect(CONNECTED + i, GOOD + i);
        }
    }

    private static boolean connection(Endpoint of, int port) {
        return of.kind() == Endpoint.CONNECTION && of.remotePort() == port;
    }

    /// The good connection is whole, and goes on.
    private void assertGoodGoesOn() {
        subject.assertArrived(subject.accepted(LISTENS), PIECE);
        subject.give(CONNECTED, PIECE);
        subject.run(LONG_MS);
        subject.assertArrived(subject.accepted(LISTENS), 2 * PIECE);
        assertEquals(0, subject.failure(CONNECTED));
        assertEquals(0, subject.failure(subject.accepted(LISTENS)));
    }

    @ParameterizedTest
    @EnumSource(
            value = Hand.Work.class,
            names = {"FOUND", "DUE", "SENDS", "TOLD"})
    void recordCostsItsConnectionAndOneDeath(Hand.Work deadly) {
        int other = subject.accepted(BAD_LISTENS);
        subject.poison((of, why) -> why == deadly && connection(of, BAD));
        subject.give(CONNECTED, PIECE);
        subject.give(BAD_CONNECTED, PIECE);
        if (deadly == Hand.Work.FOUND) {
            subject.kill();
        }

        subject.run(LONG_MS);

        assertEquals(List.of("the record of socket 4 of session 0"), subject.inHand());
        assertEquals(1, subject.count(Counter.StackRecordDrops));
        assertEquals(ECONNABORTED, subject.failure(BAD_CONNECTED));
        assertEquals(ECONNRESET, subject.failure(other));
        assertEquals(0, subject.failure(WORSE_CONNECTED));
        assertGoodGoesOn();
        assertEquals(1, subject.inHand().size());
    }

    /// What it had is another's to have.
    @Test
    void socketIsFreeOnceItsUserGivesItBack() {
        subject.poison((of, why) -> why == Hand.Work.SENDS && connection(of, BAD));
        subject.give(BAD_CONNECTED, PIECE);
        subject.run(LONG_MS);
        assertEquals(ECONNABORTED, subject.failure(BAD_CONNECTED));
        subject.poison((of, why) -> false);

        subject.ask(Request.CLOSE, BAD_CONNECTED, 0, 0);
        subject.run(10);

        assertEquals(0, subject.status(BAD_CONNECTED));
        subject.connect(BAD_CONNECTED, GOOD);
    }

    /// Each successor takes out what the one before it died of, and commits that before it looks at the rest: else of
    /// two each would die of the other, for ever.
    @Test
    void twoThatKillWhoeverFindsThemCostADeathEach() {
        subject.poison((of, why) -> why == Hand.Work.FOUND && (connection(of, BAD) || connection(of, WORSE)));
        subject.give(CONNECTED, PIECE);

        subject.kill();
        subject.run(LONG_MS);

        assertEquals(2, subject.inHand().size(), subject.inHand().toString());
        assertEquals(ECONNABORTED, subject.failure(BAD_CONNECTED));
        assertEquals(ECONNABORTED, subject.failure(WORSE_CONNECTED));
        assertGoodGoesOn();
    }

    @Test
    void twoOfDifferentKindsCostADeathEach() {
        subject.poison((of, why) ->
                why == Hand.Work.SENDS && connection(of, BAD) || why == Hand.Work.DUE && connection(of, WORSE));
        subject.give(CONNECTED, PIECE);
        subject.give(BAD_CONNECTED, PIECE);
        subject.give(WORSE_CONNECTED, PIECE);

        subject.run(LONG_MS);

        assertEquals(2, subject.inHand().size(), subject.inHand().toString());
        assertTrue(subject.inHand().stream().allMatch(each -> each.startsWith("the record of ")));
        assertEquals(ECONNABORTED, subject.failure(BAD_CONNECTED));
        assertEquals(ECONNABORTED, subject.failure(WORSE_CONNECTED));
        assertGoodGoesOn();
    }

    /// Whoever was not accepted yet goes with it.
    @Test
    void listenerFailsAndOthersListen() {
        subject.poison((of, why) -> of.kind() == Endpoint.LISTENER && of.localPort() == BAD);
        subject.give(CONNECTED, PIECE);

        subject.kill();
        subject.give(BAD_CONNECTED, PIECE);
        subject.run(LONG_MS);

        assertEquals(List.of("the record of socket 1 of session 0"), subject.inHand());
        assertEquals(ECONNABORTED, subject.failure(BAD_LISTENS));
        assertEquals(ECONNRESET, subject.failure(BAD_CONNECTED));
        assertEquals(0, subject.failure(WORSE_LISTENS));
        assertGoodGoesOn();
    }

    @ParameterizedTest
    @EnumSource(
            value = Hand.Work.class,
            names = {"FOUND", "SENDS"})
    void datagramSocketFailsAndIsTold(Hand.Work deadly) {
        subject.ask(Request.OPEN, DATAGRAMS, Subject.UDP, 0);
        subject.ask(Request.BIND, DATAGRAMS, 0, GOOD);
        subject.run(5);
        subject.poison((of, why) -> why == deadly && of.kind() == Endpoint.DATAGRAMS);
        subject.give(CONNECTED, PIECE);

        subject.kill();
        subject.run(LONG_MS);

        assertEquals(List.of("the record of socket 6 of session 0"), subject.inHand());
        assertEquals(ECONNABORTED, subject.failure(DATAGRAMS));
        assertEquals(ECONNABORTED, subject.arrived(DATAGRAMS, Datagram.ERROR));
        assertGoodGoesOn();
    }
}
