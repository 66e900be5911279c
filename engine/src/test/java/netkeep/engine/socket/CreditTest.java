package netkeep.engine.socket;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.MemorySegment;
import netkeep.ring.Ledger;
import netkeep.ring.Records;
import netkeep.ring.Region;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CreditTest {
    private static final int RATE = 4_000_000;
    private static final int PIECE = 1_000;
    private static final long MS = 1_000_000;

    private static Credit credit() {
        MemorySegment memory = MemorySegment.ofArray(new long[(int) Ledger.length(new int[] {1}, new int[] {16}) / 8]);
        Records records = new Ledger(new Region(memory), 1).table(1, 16);
        records.recover(0, 1);
        return new Credit(records, 0, 8, RATE);
    }

    /// All that it may carry now.
    private static double spend(Credit credit, long nowNs) {
        double octets = 0;
        for (; credit.may(nowNs); octets += PIECE) {
            credit.spend(PIECE, nowNs);
        }
        return octets;
    }

    /// It comes to it so late each time as on a machine that has other things to do; and then not for a second.
    @ParameterizedTest
    @CsvSource({"1, 1", "20, 1", "90, 1", "200, 0.55"})
    void whoComesLateCatchesUpForATenthOfASecond(int lateMs, double part) {
        Credit credit = credit();
        long nowNs = 1_000 * MS;
        spend(credit, nowNs);
        double octets = 0;
        for (int turn = 0; turn < 1_000; turn++) {
            nowNs += lateMs * MS;
            octets += spend(credit, nowNs);
        }
        assertEquals(part * RATE * lateMs, octets, 0.01 * RATE * lateMs);
        assertEquals(0.11 * RATE, spend(credit, nowNs + 1_000 * MS), 2 * PIECE);
    }
}
