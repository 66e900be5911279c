package netkeep.control;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import netkeep.domain.Line;
import netkeep.domain.Word;
import netkeep.linux.Errno;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// How long the next client waits of a user whose clients were cut off.
class CutOffsTest {
    private static final long NOW_NS = 1_000_000_000;

    @TempDir
    private Path directory;

    /// A client lets itself be cut off, so often.
    private static void cut(GatePlace place, int times) throws IOException {
        for (int i = 0; i < times; i++) {
            place.guest(0).line.close();
            place.gate.cut(0);
            assertEquals(new Word(Word.LEAVE, 0, ""), place.heard());
            place.gate.over(0);
        }
    }

    /// To let in and cut off costs others more than who is.
    @Test
    void whoseClientsWereCutOffWaits() throws IOException {
        try (GatePlace place = new GatePlace(directory)) {
            place.gate.turn(NOW_NS);
            cut(place, CutOffs.AT_ONCE + 1);
            int watched = place.watched.all.size();

            Line next = place.greets();

            assertEquals(watched, place.watched.all.size());
            assertEquals(NOW_NS + CutOffs.EACH_NS, place.gate.deadlineNs());
            place.gate.turn(NOW_NS + CutOffs.EACH_NS - 1);
            assertEquals(watched, place.watched.all.size());
            place.gate.turn(NOW_NS + CutOffs.EACH_NS);
            assertEquals(new Word(Word.WANT, 0, ""), place.heard());
            assertEquals(watched + 1, place.watched.all.size());
            assertEquals(Long.MAX_VALUE, place.gate.deadlineNs());
            next.close();
        }
    }

    @Test
    void whoseClientsWereCutOffLongAgoDoesNotWait() throws IOException {
        try (GatePlace place = new GatePlace(directory)) {
            place.gate.turn(NOW_NS);
            cut(place, CutOffs.AT_ONCE);
            place.gate.turn(NOW_NS + CutOffs.AT_ONCE * CutOffs.EACH_NS);

            cut(place, CutOffs.AT_ONCE);
            place.guest(0).line.close();
        }
    }

    @Test
    void whoFindsTooManyThatWaitIsRefused() throws IOException {
        try (GatePlace place = new GatePlace(directory)) {
            place.gate.turn(NOW_NS);
            cut(place, CutOffs.AT_ONCE + 1);
            List<Line> waiting = new ArrayList<>();
            for (int i = 0; i < CutOffs.WAITING; i++) {
                waiting.add(place.greets());
            }

            assertEquals(Errno.EMFILE, place.refusal());

            waiting.forEach(Line::close);
            // What waits is not watched: whoever is let in, or refused, is closed with the rest.
            place.gate.turn(NOW_NS + CutOffs.EACH_NS);
        }
    }
}
