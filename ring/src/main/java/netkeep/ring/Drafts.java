package netkeep.ring;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// A table of records in a [Ledger] whose fields are worked on in copies on the heap. What a turn has changed is
/// written to the records when it commits.
///
/// Copies stay from turn to turn, those that were used last; a copy that has to go takes what it has changed to its
/// record at once, which counts from the commit on all the same. [Fields] are valid until [#MOST] other records were
/// opened.
public final class Drafts {
    /// Copies of a table: more than any rule holds at a time.
    public static final int MOST = 512;

    private static final int BUCKETS = 512;

    private final Records records;
    private final int words;
    private final @Nullable Draft[] buckets = new @Nullable Draft[BUCKETS];
    private final Draft all;
    private int made;
    private Draft[] changed = new Draft[16];
    private int changes;

    Drafts(Records records, int slot) {
        this.records = records;
        this.words = slot >>> 3;
        this.all = new Draft(0);
    }

    /// A copy; in the order of their last use in a ring that begins and ends at [#all].
    private static final class Draft {
        private final long[] words;
        private int index = -1;
        private boolean changed;
        private @Nullable Draft nextInBucket;
        private Draft newer = this;
        private Draft older = this;

        private Draft(int words) {
            this.words = new long[words];
        }

        private void leave() {
            newer.older = older;
            older.newer = newer;
        }

        private void enter(Draft all) {
            older = all.older;
            newer = all;
            older.newer = this;
            all.older = this;
        }
    }

    public int count() {
        return records.count();
    }

    /// Moves `to` to a record, to read it.
    public void read(int index, Fields to) {
        to.at(index, find(index).words);
    }

    /// Moves `to` to a record, to read and write it.
    public void write(int index, Fields to) {
        Draft draft = find(index);
        note(draft);
        to.at(index, draft.words);
    }

    /// As [#write], with all fields zero.
    public void fresh(int index, Fields to) {
        write(index, to);
        to.clear();
    }

    /// As [Records#forget].
    public void forget(int index) {
        drop(index);
        records.forget(index);
    }

    /// As [Records#recover].
    public int recover(int from, int end) {
        for (int index = from; index < end; index++) {
            drop(index);
        }
        return records.recover(from, end);
    }

    /// Writes what the turn has changed: before the ledger's commit.
    void commit() {
        for (int i = 0; i < changes; i++) {
            write(changed[i]);
        }
        changes = 0;
    }

    private void note(Draft draft) {
        if (!draft.changed) {
            draft.changed = true;
            records.change();
            if (changes == changed.length) {
                changed = Arrays.copyOf(changed, 2 * changes);
            }
            changed[changes++] = draft;
        }
    }

    private void write(Draft draft) {
        if (draft.changed) {
            draft.changed = false;
            records.write(draft.index, draft.words, 1, words - 1);
        }
    }

    private Draft find(int index) {
        Draft newest = all.older;
        if (newest.index == index) {
            return newest;
        }
        Draft draft = buckets[index & BUCKETS - 1];
        while (draft != null && draft.index != index) {
            draft = draft.nextInBucket;
        }
        if (draft == null) {
            return load(index);
        }
        draft.leave();
        draft.enter(all);
        return draft;
    }

    private Draft load(int index) {
        Draft draft;
        if (made < MOST) {
            draft = new Draft(words);
            made++;
        } else {
            draft = all.newer;
            write(draft);
            unlink(draft);
            draft.leave();
        }
        records.read(index, draft.words, 1, words - 1);
        draft.index = index;
        draft.nextInBucket = buckets[index & BUCKETS - 1];
        buckets[index & BUCKETS - 1] = draft;
        draft.enter(all);
        return draft;
    }

    /// Makes a record's copy, if there is one, nobody's.
    private void drop(int index) {
        Draft draft = buckets[index & BUCKETS - 1];
        while (draft != null && draft.index != index) {
            draft = draft.nextInBucket;
        }
        if (draft != null) {
            unlink(draft);
            draft.changed = false;
            draft.leave();
            made--;
        }
    }

    private void unlink(Draft draft) {
        int bucket = draft.index & BUCKETS - 1;
        Draft at = buckets[bucket];
        if (at == draft) {
            buckets[bucket] = draft.nextInBucket;
            return;
        }
        while (at != null && at.nextInBucket != draft) {
            at = at.nextInBucket;
        }
        if (at != null) {
            at.nextInBucket = draft.nextInBucket;
        }
    }
}
