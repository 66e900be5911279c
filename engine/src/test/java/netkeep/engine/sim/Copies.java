package netkeep.engine.sim;

import java.lang.reflect.Field;
import java.util.List;
import java.util.Objects;
import netkeep.ring.Drafts;
import netkeep.ring.Fields;
import org.jspecify.annotations.Nullable;

/// The copies of records that an engine works on, beside the records that its successor reads.
final class Copies extends Fields implements FieldReader.Visitor {
    private static final Class<?> DRAFT = draft();
    private static final FieldReader READER =
            FieldReader.of(DRAFT, List.of(field("nextInBucket"), field("words"), field("index")), 0);

    private final Drafts records;
    private @Nullable Object next;
    private long[] words = {};
    private int index;

    Copies(Drafts records) {
        this.records = records;
    }

    private static Class<?> draft() {
        try {
            return Class.forName(Drafts.class.getName() + "$Draft");
        } catch (ClassNotFoundException wrong) {
            throw new AssertionError("draft", wrong);
        }
    }

    private static Field field(String name) {
        try {
            return DRAFT.getDeclaredField(name);
        } catch (NoSuchFieldException wrong) {
            throw new AssertionError(name, wrong);
        }
    }

    /// Whether the copies of a bucket are as their records.
    boolean same(Object bucket) {
        for (Object copy = bucket; copy != null; copy = next) {
            READER.read(copy, copy, this);
            records.read(index, this);
            for (int word = 1; word < words.length; word++) {
                if (i64(Long.BYTES * word) != words[word]) {
                    return false;
                }
            }
        }
        return true;
    }

    @Override
    public void reference(int field, @Nullable Object live, @Nullable Object built) {
        if (field == 0) {
            next = live;
        } else {
            words = (long[]) Objects.requireNonNull(live);
        }
    }

    @Override
    public void number(int field, long live, long built) {
        index = (int) live;
    }
}
