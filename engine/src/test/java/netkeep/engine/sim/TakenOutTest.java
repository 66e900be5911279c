package netkeep.engine.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import netkeep.engine.ledger.Counter;
import netkeep.engine.tcp.TcpView;
import netkeep.sim.Seeds;
import netkeep.wire.TcpHeader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A record of which a predecessor died is taken out by a successor that has the regions alone.
class TakenOutTest {
    /// Sockets of an engine of [Scenario], and its connections in the making.
    private static final int SOCKETS = 64;

    private static final int HALF_OPENS = 64;

    /// In the first word of a record: kind, and the bit which says that its user has closed the socket.
    private static final long KEPT = 1L << 32 | 0xFF;

    private static long count(Conversation of, Counter counter) {
        return of.host.engine().counters().get(counter);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void peerIsSentAResetAndTheSocketFails(boolean v6) {
        Conversation conversation =
                Scenario.of(v6).begin().established("mss=1000").play("""
                . send 100
                > PSH,ACK seq=1 ack=1 len=100
                < ACK seq=1 ack=101 len=50
                """);
        assertEquals(1, count(conversation, Counter.TcpCurrEstab));

        conversation.host.takeOverWithout(conversation.socket());

        conversation.play("""
                > RST,ACK seq=101 ack=51
                CLOSED
                . failed
                . error ECONNABORTED
                . readable 50
                . close
                . free
                """);
        assertEquals(0, count(conversation, Counter.TcpCurrEstab));
        assertEquals(1, count(conversation, Counter.TcpOutRsts));
        assertEquals(1, count(conversation, Counter.StackRecordDrops));
    }

    /// What its user has given back is free at once.
    @Test
    void connectionOfAClosedSocketLeavesNothing() {
        Conversation conversation =
                Scenario.v4().begin().established("mss=1000").play("""
                . close
                > FIN,ACK seq=1 ack=1
                FIN_WAIT_1
                """);

        conversation.host.takeOverWithout(conversation.socket());

        conversation.play("> RST,ACK seq=2 ack=1\nCLOSED\n. free");
    }

    /// One that was asked for and is not answered: nobody knows of it who could be told.
    @Test
    void connectionThatIsAskedForFails() {
        Conversation conversation = Scenario.v4().begin().play(". connect\n> SYN seq=0");

        conversation.host.takeOverWithout(conversation.socket());

        conversation.play("CLOSED\n. failed\n. error ECONNABORTED\n+ 5s");
    }

    @Test
    void connectionInTheMakingIsForgotten() {
        Conversation conversation =
                Scenario.v4().begin().play(". listen\n< SYN seq=0 mss=1000\n> SYN,ACK seq=0 ack=1\nSYN_RECEIVED");

        conversation.host.takeOverWithout(SOCKETS);

        conversation.play("CLOSED\n+ 5s\n< ACK seq=1 ack=1\n> RST seq=1\n. nothing-to-accept");
        assertEquals(1, count(conversation, Counter.TcpAttemptFails));
    }

    @Test
    void timeWaitEnds() {
        Conversation conversation =
                Scenario.v4().begin().established("mss=1000").play("""
                . close
                > FIN,ACK seq=1 ack=1
                < FIN,ACK seq=1 ack=2
                > ACK seq=2 ack=2
                TIME_WAIT
                """);

        conversation.host.takeOverWithout(SOCKETS + HALF_OPENS);

        conversation.play("CLOSED");
    }

    /// Nothing that the record says is believed: whatever it is, the engine and the rest of the session go on.
    @Test
    void whateverItSaysItCostsNothingElse() {
        Seeds.each(100, luck -> {
            Conversation conversation =
                    Scenario.v4().begin().established("mss=1000").play("""
                    . send 100
                    > PSH,ACK seq=1 ack=1 len=100
                    < ACK seq=101 ack=1 len=50
                    > ACK seq=101 ack=1
                    """);
            assertEquals(1, TcpView.flows(conversation.host.engine().tcp()));
            spoil(conversation, luck);

            conversation.host.takeOverWithout(conversation.socket());

            conversation.play(". failed\n. error ECONNABORTED");
            conversation.world.run(TimeUnit.SECONDS.toNanos(5));
            assertEquals(0, TcpView.flows(conversation.host.engine().tcp()));
            assertNull(conversation.host.engine().attachments().getFirst().violation());
            conversation.peer.segments().clear();
            conversation.peer.send(conversation.segment("SYN seq=0 from=40001 mss=1000"));
            conversation.now();
            assertTrue(conversation.takeAll().has(TcpHeader.SYN | TcpHeader.ACK));
        });
    }

    /// Writes anything at all to where the record lies.
    private static void spoil(Conversation conversation, RandomGenerator luck) {
        long[] words = TcpView.words(conversation.host.engine().tcp(), conversation.socket());
        MemorySegment ledger = conversation.host.ledger();
        long at = find(ledger, words);
        for (int word = 1; word < words.length; word++) {
            long kept = word == 1 ? KEPT : 0;
            ledger.set(ValueLayout.JAVA_LONG, at + 8L * word, luck.nextLong() & ~kept | words[word] & kept);
        }
    }

    /// Where the newer slot lies that says this.
    private static long find(MemorySegment ledger, long[] words) {
        long found = -1;
        for (long at = 0; at + 8L * words.length <= ledger.byteSize(); at += 8) {
            int same = 1;
            while (same < words.length && ledger.get(ValueLayout.JAVA_LONG, at + 8L * same) == words[same]) {
                same++;
            }
            if (same == words.length && (found < 0 || tag(ledger, at) > tag(ledger, found))) {
                found = at;
            }
        }
        assertTrue(found >= 0, "no record says so");
        return found;
    }

    private static long tag(MemorySegment ledger, long slot) {
        return ledger.get(ValueLayout.JAVA_LONG, slot);
    }
}
