package netkeep.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import netkeep.domain.Line;
import netkeep.linux.Bell;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What sessions that are over have left counts as long as somebody may still receive it.
class InFlightTest {
    private static final int USER = 1000;
    private static final int OTHER = 1001;
    private static final int SENT = 4;

    private final InFlight inFlight = new InFlight();
    private final Bell bell = new Bell();
    private final List<Line> clients = new ArrayList<>();

    @AfterEach
    void end() {
        bell.close();
        clients.forEach(Line::close);
    }

    /// A session of one line, over which descriptors were sent.
    private Line sent() throws IOException {
        Line[] pair = Line.pair();
        int[] some = new int[SENT];
        Arrays.fill(some, bell.descriptor());
        pair[0].send(new byte[1], some);
        clients.add(pair[1]);
        return pair[0];
    }

    /// It has sent some over a line, and is over.
    private Line leaves(int session, int user) throws IOException {
        Line line = sent();
        inFlight.sent(session, line, SENT);
        inFlight.closes(session, user, line);
        inFlight.over(session, user);
        return clients.getLast();
    }

    private static long open() throws IOException {
        try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
            return all.count();
        }
    }

    @Test
    void whatIsReceivedLaterCountsNoMore() throws IOException {
        Line client = leaves(0, USER);
        leaves(1, OTHER);
        assertEquals(SENT + 1, inFlight.left(USER));
        client.receive().refuse();
        assertEquals(0, inFlight.left(USER));
        assertEquals(SENT + 1, inFlight.left());
    }

    /// A client that dies is seen before the kernel has emptied its sockets.
    @Test
    void whatNobodyCanReceiveAnyMoreCountsNoMore() throws IOException {
        long before = open();
        Line client = leaves(0, USER);
        assertEquals(SENT + 1, inFlight.left());
        client.close();
        inFlight.lookLeft();
        assertEquals(0, inFlight.left());
        assertEquals(before, open());
    }

    /// As if it had been closed at once.
    @Test
    void clientReceivesAllThatWasSentAndThenTheEnd() throws IOException {
        Line client = leaves(0, USER);
        assertEquals(SENT, client.receive().descriptors().length);
        assertThrows(EOFException.class, client::receive);
    }

    @Test
    void linesThatAreOpenForNothingElseAreKeptAlike() throws IOException {
        Line line = sent();
        inFlight.last(0, line, SENT);
        assertEquals(SENT + 1, inFlight.count(0));
        inFlight.over(0, USER);
        assertEquals(0, inFlight.count(0));
        assertEquals(SENT + 1, inFlight.left(USER));
        clients.getLast().close();
        assertEquals(0, inFlight.left(USER));
    }

    /// However many sessions end so: what finds no place is closed, and counts as long as this control lives.
    @Test
    void soManyAreKeptAndAUserLeavesHalfToOthers() throws IOException {
        long before = open();
        for (int session = 0; session < InFlight.MOST_KEPT; session++) {
            leaves(session, USER);
        }
        // Those of the clients, and half as many.
        assertEquals(before + InFlight.MOST_KEPT + InFlight.MOST_KEPT / 2, open());
        Line other = leaves(0, OTHER);
        other.close();
        assertEquals(0, inFlight.left(OTHER));
        clients.forEach(Line::close);
        assertEquals(SENT * InFlight.MOST_KEPT / 2, inFlight.left(USER));
        assertEquals(before, open());
    }
}
