package netkeep.client;

import java.util.AbstractSet;
import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/// The selected keys: keys can be removed by all, added by the selector alone. Each key knows its place, so that
/// nothing is hashed and nothing allocated.
final class SelectedKeys extends AbstractSet<java.nio.channels.SelectionKey> {
    static final int ABSENT = -1;

    // With holes where keys were removed.
    private @Nullable MemberKey[] slots = new @Nullable MemberKey[64];
    private int end;
    private int size;

    SelectedKeys() {}

    void put(MemberKey key) {
        if (end == slots.length) {
            pack();
        }
        key.selectedAt = end;
        slots[end++] = key;
        size++;
    }

    private void pack() {
        @Nullable MemberKey[] to = size > slots.length / 2 ? Arrays.copyOf(slots, 2 * slots.length) : slots;
        int kept = 0;
        for (int i = 0; i < end; i++) {
            MemberKey key = slots[i];
            if (key != null) {
                key.selectedAt = kept;
                to[kept++] = key;
            }
        }
        Arrays.fill(to, kept, to.length, null);
        slots = to;
        end = kept;
    }

    @Override
    public boolean contains(Object object) {
        return object instanceof MemberKey key && holds(key);
    }

    @SuppressWarnings("ReferenceEquality") // a key is equal to itself alone
    boolean holds(MemberKey key) {
        int at = key.selectedAt;
        return at >= 0 && at < end && slots[at] == key;
    }

    @Override
    public boolean remove(Object object) {
        if (!(object instanceof MemberKey key) || !holds(key)) {
            return false;
        }
        slots[key.selectedAt] = null;
        key.selectedAt = ABSENT;
        size--;
        if (size == 0) {
            end = 0;
        }
        return true;
    }

    @Override
    public void clear() {
        for (int i = 0; i < end; i++) {
            MemberKey key = slots[i];
            if (key != null) {
                key.selectedAt = ABSENT;
                slots[i] = null;
            }
        }
        end = 0;
        size = 0;
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public Iterator<java.nio.channels.SelectionKey> iterator() {
        return new Keys();
    }

    private final class Keys implements Iterator<java.nio.channels.SelectionKey> {
        private int next;
        private @Nullable MemberKey last;

        @Override
        public boolean hasNext() {
            while (next < end && slots[next] == null) {
                next++;
            }
            return next < end;
        }

        @Override
        public java.nio.channels.SelectionKey next() {
            MemberKey key = hasNext() ? slots[next++] : null;
            if (key == null) {
                throw new NoSuchElementException();
            }
            last = key;
            return key;
        }

        @Override
        public void remove() {
            MemberKey key = last;
            if (key == null) {
                throw new IllegalStateException("nothing to remove");
            }
            last = null;
            SelectedKeys.this.remove(key);
        }
    }
}
