package netkeep.engine.ip;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.util.concurrent.TimeUnit;
import netkeep.engine.ledger.Luck;
import netkeep.ring.Ledger;
import netkeep.ring.Region;
import org.junit.jupiter.api.Test;

class ExchangesTest {
    private static final int COUNT = 64;
    private static final int QUIET = 7;
    private static final int BUSY = 8;
    private static final int PORT = 53;
    private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);

    private final Exchanges exchanges = exchanges();
    private long nowNs = 1000 * SECOND_NS;

    private static Exchanges exchanges() {
        long length = Ledger.length(new int[] {1}, new int[] {Luck.slot()})
                + Ledger.length(new int[] {COUNT}, new int[] {Exchanges.SLOT});
        Ledger ledger = new Ledger(new Region(Arena.ofAuto().allocate(length, 64)), 1);
        return new Exchanges(ledger, COUNT, new Luck(ledger, 1, 2));
    }

    private void note(int account, long remote) {
        exchanges.note(0, 1, PORT, 0, remote, PORT, account, nowNs);
    }

    private boolean has(long remote) {
        return exchanges.has(0, 1, PORT, 0, remote, PORT, nowNs);
    }

    @Test
    void whoSendsToManyHasItsOwnForgotten() {
        for (int remote = 0; remote < COUNT / 8; remote++) {
            note(QUIET, remote);
        }
        for (int remote = 1000; remote < 1000 + 100 * COUNT; remote++) {
            nowNs += 1000;
            note(BUSY, remote);
            assertTrue(has(remote));
        }

        for (int remote = 0; remote < COUNT / 8; remote++) {
            assertTrue(has(remote), "exchange " + remote);
        }
        assertFalse(has(1000));
    }

    @Test
    void whatHasEndedMakesRoomFirst() {
        for (int remote = 0; remote < 100 * COUNT; remote++) {
            note(BUSY, remote);
        }
        nowNs += 121 * SECOND_NS;

        note(QUIET, 1);
        note(BUSY, 2);

        assertTrue(has(1) && has(2));
        assertFalse(has(100 * COUNT - 1));
    }
}
