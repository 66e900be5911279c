package netkeep.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// What is worked on in copies on the heap is in the records after the commit, and not before.
class DraftsTest {
    private static final long MAGIC = 7;
    private static final int COUNT = 2 * Drafts.MOST;
    private static final int SLOT = 32;

    private final MemorySegment memory =
            MemorySegment.ofArray(new long[(int) Ledger.length(new int[] {COUNT}, new int[] {SLOT}) / 8]);
    private Ledger ledger = new Ledger(new Region(memory), MAGIC);
    private Drafts drafts = ledger.drafts(COUNT, SLOT);

    /// A field of each length.
    private static final class Four extends Fields {
        int octet() {
            return u8(8);
        }

        int half() {
            return u16(10);
        }

        int word() {
            return i32(12);
        }

        long twoWords() {
            return i64(16);
        }

        void all(long value) {
            u8(8, (int) value);
            u16(10, (int) value);
            i32(12, (int) value);
            i64(16, value);
        }
    }

    private static Four of(Drafts drafts, int record) {
        Four four = new Four();
        drafts.read(record, four);
        return four;
    }

    private void successor() {
        ledger = new Ledger(new Region(memory), MAGIC);
        drafts = ledger.drafts(COUNT, SLOT);
        drafts.recover(0, COUNT);
    }

    @Test
    void fieldsLieWhereTheirOffsetsSay() {
        Four four = new Four();
        drafts.write(3, four);
        four.all(0x8877_6655_4433_2211L);
        ledger.commit();
        Region region = new Region(memory);
        long at = ledger.committed() == 1 ? 64 + 2L * SLOT * 3 + SLOT : -1;
        assertEquals(0x11, region.u8(at + 8));
        assertEquals(0x2211, region.u16(at + 10));
        assertEquals(0x4433_2211, region.i32(at + 12));
        assertEquals(0x8877_6655_4433_2211L, region.i64(at + 16));
        assertEquals(0x11, four.octet());
        assertEquals(0x2211, four.half());
        assertEquals(0x4433_2211, four.word());
        assertEquals(0x8877_6655_4433_2211L, four.twoWords());
    }

    @Test
    void aSuccessorSeesWhatWasCommittedAndNothingElse() {
        Four four = new Four();
        drafts.write(0, four);
        four.all(1);
        ledger.commit();
        drafts.write(0, four);
        four.all(2);
        successor();
        assertEquals(1, of(drafts, 0).twoWords());
    }

    @Test
    void allWhoOpenARecordWorkOnOneCopy() {
        Four one = new Four();
        Four other = new Four();
        drafts.read(5, other);
        drafts.write(5, one);
        one.all(9);
        assertEquals(9, other.twoWords());
        drafts.fresh(5, other);
        assertEquals(0, one.word());
    }

    @Test
    void aTurnMayChangeMoreRecordsThanThereAreCopies() {
        SplittableRandom luck = new SplittableRandom(1);
        long[] wanted = new long[COUNT];
        for (int turn = 0; turn < 20; turn++) {
            Four four = new Four();
            for (int change = 0; change < 3 * Drafts.MOST; change++) {
                int record = luck.nextInt(COUNT);
                drafts.write(record, four);
                assertEquals(wanted[record], four.twoWords());
                wanted[record] = luck.nextLong();
                four.all(wanted[record]);
            }
            long[] before = wanted.clone();
            if (turn % 4 == 3) {
                // Cut off: what went to its record early does not count either.
                for (int record = 0; record < COUNT; record++) {
                    drafts.write(record, four);
                    four.all(-1);
                }
                ledger.commit();
                for (int record = 0; record < COUNT; record++) {
                    drafts.write(record, four);
                    four.all(before[record]);
                }
                ledger.commit();
                for (int record = 0; record < COUNT; record++) {
                    drafts.write(record, four);
                    four.all(-2);
                }
                successor();
            } else {
                ledger.commit();
            }
            for (int record = 0; record < COUNT; record++) {
                assertEquals(before[record], of(drafts, record).twoWords(), "record " + record);
            }
        }
    }

    @Test
    void aForgottenRecordIsAllZeros() {
        Four four = new Four();
        drafts.write(1, four);
        four.all(4);
        drafts.forget(1);
        assertEquals(0, of(drafts, 1).twoWords());
        ledger.commit();
        assertEquals(0, of(drafts, 1).twoWords());
    }

    /// Also where it was committed: a session's number is another's later, and so are its sockets' records.
    @Test
    void whatWasCommittedIsForgottenToo() {
        Four four = new Four();
        for (int turn = 0; turn < 2; turn++) {
            drafts.write(1, four);
            four.all(4 + turn);
            ledger.commit();
        }
        drafts.forget(1);
        assertEquals(0, of(drafts, 1).twoWords());
        successor();
        assertEquals(0, of(drafts, 1).twoWords());
    }

    @Test
    void octetsMoveOverThemselves() {
        Runs runs = new Runs();
        runs.alone(64);
        runs.fill();
        runs.check(8, 12, 20);
        runs.fill();
        runs.check(12, 8, 20);
    }

    /// Words that are moved.
    private static final class Runs extends Fields {
        void fill() {
            for (int at = 8; at < 64; at += 4) {
                i32(at, at);
            }
        }

        void check(int to, int from, int length) {
            move(to, from, length);
            for (int at = 0; at < length; at += 4) {
                assertEquals(from + at, i32(to + at));
            }
        }
    }

    @Test
    void fieldsOfNobodyCannotBeReached() {
        Four four = new Four();
        assertThrows(IndexOutOfBoundsException.class, four::octet);
        drafts.read(0, four);
        four.leave();
        assertThrows(IndexOutOfBoundsException.class, () -> four.all(1));
        assertEquals(-1, four.index());
    }
}
