package netkeep.ring;

/// A table of records in a [Ledger], two slots each.
///
/// ```text
/// record 0: slot 0, slot 1; record 1 ...
///
/// slot:  0  tag u64     the turn that wrote it, 0 for none
///        8  fields
/// ```
///
/// A slot is live if its tag is not above the turn committed; the higher of two wins. Offsets that methods answer are
/// those of slots in the region, valid until the next commit.
public final class Records {
    private final Ledger ledger;
    private final Region region;
    private final long base;
    private final int count;
    private final int slot;

    Records(Ledger ledger, Region region, long base, int count, int slot) {
        this.ledger = ledger;
        this.region = region;
        this.base = base;
        this.count = count;
        this.slot = slot;
    }

    public int count() {
        return count;
    }

    public Region region() {
        return region;
    }

    /// Offset of the slot to read a record from: this turn's, else the live one.
    public long read(int index) {
        long first = first(index);
        return region.i64(first) >= region.i64(first + slot) ? first : first + slot;
    }

    /// Whether the record was ever written.
    public boolean written(int index) {
        return region.i64(read(index)) != 0;
    }

    /// Offset of the slot to write a record in: the one that is not live, with the live one's fields in it.
    public long write(int index) {
        long live = read(index);
        long at = toWrite(index, live);
        if (at != live) {
            region.copy(at + 8, region.memory(), live + 8, slot - 8);
            region.i64(at, ledger.committed() + 1);
            ledger.change();
        }
        return at;
    }

    /// The slot of this turn: the one to read if this turn wrote it, else the other.
    private long toWrite(int index, long toRead) {
        boolean written = region.i64(toRead) > ledger.committed();
        return written ? toRead : 2 * first(index) + slot - toRead;
    }

    /// Copies a record's first fields out.
    ///
    /// @param count words of eight octets, at most as many as the slot has behind its tag
    public void read(int index, long[] to, int at, int count) {
        region.read(read(index) + 8, to, at, count);
    }

    /// Writes all fields of a record.
    ///
    /// @param count words of eight octets, as many as the slot has behind its tag
    public void write(int index, long[] from, int at, int count) {
        long to = toWrite(index, read(index));
        region.copy(to + 8, from, at, count);
        region.i64(to, ledger.committed() + 1);
        ledger.change();
    }

    /// As [#write], with all fields zero.
    public long fresh(int index) {
        long at = write(index);
        region.clear(at + 8, slot - 8);
        return at;
    }

    /// A copy of a record is about to change.
    void change() {
        ledger.change();
    }

    /// Makes a record that no commit has in use as if it was never written, all zeros: somebody may have had it before,
    /// or a turn that was cut off may have left something there.
    public void forget(int index) {
        long first = first(index);
        for (long at = first; at < first + 2L * slot; at += Long.BYTES) {
            if (region.i64(at) != 0) {
                region.i64(at, 0);
            }
        }
    }

    /// Voids what a turn that was cut off left in the records `from` to `end - 1`: the next commit would bring it to
    /// life.
    ///
    /// @return how many slots were void
    public int recover(int from, int end) {
        int cut = 0;
        for (int index = from; index < end; index++) {
            long first = first(index);
            for (long at = first; at <= first + slot; at += slot) {
                if (region.i64(at) > ledger.committed()) {
                    region.i64(at, 0);
                    cut++;
                }
            }
        }
        ledger.foundCut(cut);
        return cut;
    }

    private long first(int index) {
        if (index < 0 || index >= count) {
            throw new IndexOutOfBoundsException("record " + index + " of " + count);
        }
        return base + 2L * slot * index;
    }
}
