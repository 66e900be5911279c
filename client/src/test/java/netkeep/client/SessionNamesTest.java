package netkeep.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import netkeep.domain.Line;
import netkeep.ring.Region;
import netkeep.session.NameMessage;
import netkeep.session.SessionLayout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// A program asks control for names, in virtual time.
class SessionNamesTest {
    private static final SessionLayout LAYOUT = new SessionLayout(8, 16, 16, 1 << 13);
    private static final long AN_ADDRESS = 0xFFFF_C612_0009L;

    private final Arena arena = Arena.ofConfined();
    private final Line[] lines = Line.pair();
    private final Line control = lines[1];
    private long nowNs;

    /// Whether control takes what it is sent.
    private boolean reads = true;

    private boolean gone;

    /// Questions that control has taken.
    private int taken;

    private final Pump pump = new Pump() {
        @Override
        public void submitted() {}

        @Override
        public void soon() {}

        @Override
        public void hold(boolean several) {}

        @Override
        public void release() {}

        @Override
        public void glance() {}

        /// Nothing comes but what control says at once.
        @Override
        public boolean await(Waiter waiter, long deadlineNs) {
            serve();
            if (!waiter.ready()) {
                nowNs = deadlineNs;
                reads = true;
            }
            return waiter.ready();
        }

        @Override
        public void wake(Waiter waiter) {}

        @Override
        public long nowNs() {
            return nowNs;
        }
    };

    private final Session session = new Session(
            new Region(arena.allocate(LAYOUT.clientLength(), 4096)),
            new Region(arena.allocate(LAYOUT.stackLength(), 4096)),
            LAYOUT,
            pump,
            link -> 0);
    private final SessionNames names = new SessionNames(lines[0], session, pump);

    @AfterEach
    void end() {
        lines[0].close();
        control.close();
        arena.close();
    }

    private void serve() {
        try {
            for (Line.Received next = reads && !gone ? control.poll() : null; next != null; next = control.poll()) {
                if (NameMessage.is(next.octets())) {
                    taken++;
                    int number = NameMessage.readQuestion(next.octets()).number();
                    names.heard(NameMessage.answer(
                            new NameMessage.Answer(
                                    number, NameMessage.FOUND, 60, List.of(0L, AN_ADDRESS), List.of("a")),
                            NameMessage.VERSION));
                }
            }
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    /// Control is dead, or slow, and its line full.
    @Test
    void whatFoundNoRoomIsAskedAgainSoon() throws IOException {
        while (lines[0].offer(new byte[1000])) {}
        reads = false;
        List<InetAddress> found = names.addresses("a.example", true, false).addresses();
        assertEquals(List.of(InetAddress.ofLiteral("198.18.0.9")), found);
        assertTrue(nowNs <= TimeUnit.SECONDS.toNanos(5), nowNs + " ns");
        assertEquals(1, taken);
    }

    /// Who has it answers when he can: it is not asked for twice.
    @Test
    void whatWasSentIsNotAskedAgain() throws IOException {
        reads = false;
        names.addresses("a.example", true, false);
        assertEquals(1, taken);
    }

    @Test
    void nobodyWaitsForEver() throws IOException {
        control.close();
        gone = true;
        assertThrows(UnknownHostException.class, () -> names.addresses("a.example", true, false));
        assertTrue(nowNs <= TimeUnit.SECONDS.toNanos(90), nowNs + " ns");
    }
}
