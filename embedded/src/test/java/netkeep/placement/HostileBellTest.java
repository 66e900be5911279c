package netkeep.placement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import netkeep.domain.Doorbell;
import netkeep.domain.Line;
import netkeep.domain.Shared;
import netkeep.domain.Tenancy;
import netkeep.domain.Word;
import netkeep.linux.Descriptors;
import netkeep.linux.Epoll;
import netkeep.linux.LinuxException;
import netkeep.ring.Region;
import netkeep.session.Request;
import netkeep.session.SessionLayout;
import netkeep.session.Terms;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A stack that takes over sessions one of whose clients has put its voice wherever it could.
class HostileBellTest {
    private static final Settings SETTINGS = new Settings(
            List.of("stack"),
            0,
            true,
            List.of(new Settings.Device(Settings.TAP, "one", 1500, 0x02_00_00_00_00_01L, false, false, false)),
            List.of());

    private static final int HOSTILE = 0;
    private static final int QUIET = 1;

    /// More than the kernel allows in which one file can wake somebody over another epoll instance.
    private static final int MANY = 4000;

    /// Indices in [Tenancy#admitted].
    private static final int CLIENT = 1;

    private static final int VOICE = 3;

    private static final SessionLayout LAYOUT = Terms.USUAL.layout();

    private final Arena arena = Arena.ofShared();
    private final Line[] lines = Line.pair();
    private final Line keeper = lines[0];
    private final Map<String, Integer> granted = new HashMap<>();
    private final List<Tenancy> tenancies = new ArrayList<>();
    private final List<Epoll> many = new ArrayList<>();
    private Domain domain;

    @BeforeEach
    void begin() throws IOException {
        granted.put(Grants.LEDGER, Shared.make("ledger", SETTINGS.ledgerLength()));
        granted.put(Grants.FRAMES, Shared.make("frames", SETTINGS.framesLength()));
        granted.put(Grants.UP + 1, Shared.make("up", LinkRing.UP));
        granted.put(Grants.DOWN + 1, Shared.make("down", LinkRing.DOWN));
        granted.put(Grants.DEVICE + 1, Descriptors.open("/dev/null", Descriptors.O_WRONLY));
        int[] bell = Doorbell.pair();
        granted.put(Grants.VOICE + 1, bell[Doorbell.VOICE]);
        granted.put(Grants.EAR + 1, bell[Doorbell.EAR]);
        domain = new Domain(new Line(lines[1].descriptor()), new Grants(SETTINGS, granted, 0), new Epoll(8), arena);
        for (int number : new int[] {HOSTILE, QUIET}) {
            Line[] connection = Line.pair();
            tenancies.add(new Tenancy(
                    "",
                    number,
                    connection[0].descriptor(),
                    List.of(LAYOUT.clientLength(), LAYOUT.stackLength()),
                    Terms.USUAL.text(),
                    List.of()));
            connection[1].close();
        }
    }

    @AfterEach
    void end() {
        many.forEach(Epoll::close);
        tenancies.forEach(Tenancy::close);
        lines[0].close();
        lines[1].close();
        arena.close();
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

    private void serve(int number) throws IOException {
        Tenancy tenancy = tenancies.get(number);
        keeper.send(new Word(Word.SERVE, number, tenancy.terms()).octets(), tenancy.served());
    }

    private Word said() throws IOException {
        Line.Received received = keeper.poll();
        for (int round = 0; received == null; round++) {
            assertTrue(round < 10_000_000, "the stack says nothing");
            domain.turns(1);
            received = keeper.poll();
        }
        return Word.of(received.octets());
    }

    @Test
    void whoseBellCannotBeHeardIsCutOffAndOthersAreServed() throws IOException {
        many.addAll(putEverywhere(tenancies.get(HOSTILE).admitted()[VOICE]));
        serve(HOSTILE);
        serve(QUIET);
        keeper.send(new Word(Word.BEGIN, 0, "").octets());
        domain.begin();

        Word cut = said();
        assertEquals(Word.CUT, cut.kind());
        assertEquals(HOSTILE, cut.number());
        assertTrue(cut.text().contains("epoll"), cut.text());
        Word over = said();
        assertEquals(Word.OVER, over.kind());
        assertEquals(HOSTILE, over.number());
        assertTaken();
    }

    /// The other session asks, and is heard.
    private void assertTaken() throws IOException {
        Tenancy tenancy = tenancies.get(QUIET);
        int[] served = tenancy.served();
        Region client =
                Shared.map(arena, Descriptors.duplicate(tenancy.admitted()[CLIENT]), LAYOUT.clientLength(), true);
        Region stack = Shared.map(arena, Descriptors.duplicate(served[1]), LAYOUT.stackLength(), true);
        client.u8(64 + Request.OP, Request.OPEN);
        client.i64(64 + Request.A, 6);
        client.i64Release(SessionLayout.producer(), 1);
        domain.turns(3);
        assertEquals(1, stack.i64Acquire(LAYOUT.requestsConsumer()));
    }
}
