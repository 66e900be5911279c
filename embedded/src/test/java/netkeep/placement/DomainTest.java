package netkeep.placement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import netkeep.domain.Line;
import netkeep.domain.Word;
import netkeep.linux.Epoll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The loop of a domain.
@Timeout(60)
class DomainTest {
    private static final Settings NOTHING = new Settings(List.of(), 0, true, List.of(), List.of());

    /// Notes what it is asked for. Behind its first turn the keeper says something; its second one is the last.
    private static final class Noting implements Part {
        private final List<String> asked = new ArrayList<>();
        private final Line keeper;

        private Noting(Line keeper) {
            this.keeper = keeper;
        }

        @Override
        public int turn(long nowNs) throws IOException {
            if (asked.contains("turn")) {
                throw new EOFException();
            }
            asked.add("turn");
            keeper.send(new Word(Word.ASK, 0, "anything").octets());
            return 0;
        }

        @Override
        public boolean heard(Word word, int[] descriptors) {
            return asked.add("heard");
        }

        @Override
        public boolean maySleep() {
            asked.add("may sleep");
            return !asked.contains("heard");
        }
    }

    /// What a part hears may give it something to do: it does not sleep over that.
    @Test
    void whatIsHeardIsFollowedByATurn() throws IOException {
        Line[] lines = Line.pair();
        try (Line keeper = lines[0];
                Line domains = lines[1];
                Epoll epoll = new Epoll(1);
                Arena arena = Arena.ofShared()) {
            Noting part = new Noting(keeper);
            Domain domain = new Domain(domains, new Grants(NOTHING, Map.of(), 0), epoll, arena);
            domain.parts.add(part);
            assertThrows(EOFException.class, domain::run);
            assertEquals(List.of("turn", "may sleep", "heard"), part.asked);
        }
    }
}
