package netkeep.placement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import netkeep.domain.Word;
import netkeep.linux.Epoll;
import netkeep.linux.LinuxException;
import netkeep.session.Request;
import netkeep.session.SessionLayout;
import netkeep.session.Terms;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A stack that takes over sessions one of whose clients has put its voice wherever it could.
class HostileBellTest {
    private static final int HOSTILE = 0;
    private static final int QUIET = 1;

    /// More than the kernel allows in which one file can wake somebody over another epoll instance.
    private static final int MANY = 4000;

    /// Index in [netkeep.domain.Tenancy#admitted].
    private static final int VOICE = 3;

    private static final SessionLayout LAYOUT = Terms.USUAL.layout();

    private final List<Epoll> many = new ArrayList<>();
    private ServedStack stack;

    @BeforeEach
    void begin() throws IOException {
        stack = new ServedStack(LAYOUT, 2);
    }

    @AfterEach
    void end() {
        many.forEach(Epoll::close);
        stack.close();
    }

    /// Puts a file into an epoll instance, and that into as many others as the kernel allows.
    ///
    /// @return all of them, for the caller to close
    static List<Epoll> putEverywhere(int file) {
        List<Epoll> all = new ArrayList<>();
        Epoll inner = new Epoll(1);
        all.add(inner);
        inner.add(file, Epoll.EPOLLIN, 0);
        try {
            while (all.size() < MANY) {
                Epoll outer = new Epoll(1);
                all.add(outer);
                outer.add(inner.descriptor(), Epoll.EPOLLIN, 0);
            }
        } catch (LinuxException full) {
            return all;
        }
        throw new AssertionError("this kernel sets no bound");
    }

    @Test
    void whoseBellCannotBeHeardIsCutOffAndOthersAreServed() throws IOException {
        many.addAll(putEverywhere(stack.tenancy(HOSTILE).admitted()[VOICE]));
        stack.begin();

        Word cut = stack.said();
        assertEquals(Word.CUT, cut.kind());
        assertEquals(HOSTILE, cut.number());
        assertTrue(cut.text().contains("epoll"), cut.text());
        Word over = stack.said();
        assertEquals(Word.OVER, over.kind());
        assertEquals(HOSTILE, over.number());
        assertTaken();
    }

    /// The other session asks, and is heard.
    private void assertTaken() throws IOException {
        ServedStack.Client quiet = stack.client(QUIET);
        quiet.ask(Request.OPEN, 0, 6, 0, 0);
        stack.domain.turns(3);
        assertEquals(1, quiet.stack.i64Acquire(LAYOUT.requestsConsumer()));
    }
}
