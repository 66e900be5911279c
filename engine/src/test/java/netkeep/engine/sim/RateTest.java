package netkeep.engine.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import netkeep.engine.ledger.Counter;
import netkeep.wire.TcpHeader;
import org.junit.jupiter.api.Test;

/// Connections that a session may begin in a second, and be asked for.
class RateTest {
    private static final int ENOBUFS = 105;
    private static final int LIMIT = 3;

    /// What connects answer, at once.
    private static List<Integer> connects(Conversation conversation, int count) {
        SimClient client = conversation.client();
        List<int[]> asked = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int socket = client.open(6);
            int port = Conversation.PORT + i;
            asked.add(
                    new int[] {socket, client.connect(socket, conversation.remote.hi(), conversation.remote.lo(), port)
                    });
        }
        conversation.host.host().kick();
        conversation.world.run(TimeUnit.MILLISECONDS.toNanos(1));
        List<Integer> answers = asked.stream()
                .map(socket -> client.answer(socket[0], socket[1]))
                .toList();
        asked.forEach(socket -> client.close(socket[0]));
        conversation.host.host().kick();
        conversation.world.run(TimeUnit.MILLISECONDS.toNanos(1));
        conversation.peer.segments().clear();
        return answers;
    }

    @Test
    void connectsBeyondItFail() {
        Conversation conversation = Scenario.v4().begin();
        conversation.host.limit(LIMIT);
        assertEquals(List.of(0, 0, 0, ENOBUFS, ENOBUFS), connects(conversation, 5));
        conversation.host.takeOver();
        assertEquals(List.of(ENOBUFS), connects(conversation, 1));
        conversation.world.run(TimeUnit.MILLISECONDS.toNanos(1000 / LIMIT));
        assertEquals(List.of(0, ENOBUFS), connects(conversation, 2));
        conversation.world.run(TimeUnit.SECONDS.toNanos(100));
        assertEquals(List.of(0, 0, 0, ENOBUFS), connects(conversation, 4));
    }

    @Test
    void whoAsksBeyondItIsHeardLater() {
        Conversation conversation = Scenario.v4().begin().play(". listen");
        conversation.host.limit(LIMIT);
        for (int i = 0; i < LIMIT; i++) {
            conversation.peer.send(conversation.segment("SYN seq=0 mss=1000 from=" + (100 + i)));
            conversation.world.run(TimeUnit.MILLISECONDS.toNanos(30));
            Segment answer = conversation.peer.take();
            assertNotNull(answer);
            assertTrue(answer.has(TcpHeader.SYN));
        }
        Segment late = conversation.segment("SYN seq=0 mss=1000 from=99");
        conversation.peer.send(late);
        conversation.world.run(TimeUnit.MILLISECONDS.toNanos(30));
        assertNull(conversation.peer.take());
        assertEquals(1, conversation.host.engine().counters().get(Counter.TcpExtListenDrops));
        assertEquals(List.of(0), connects(conversation, 1), "strangers leave it its own");
        conversation.world.run(TimeUnit.MILLISECONDS.toNanos(500));
        conversation.peer.send(late);
        conversation.world.run(TimeUnit.MILLISECONDS.toNanos(30));
        assertNotNull(conversation.peer.take());
    }
}
