package netkeep.client;

import java.nio.channels.SelectionKey;
import java.util.AbstractSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// All keys of a selector, as the public sees them: it can change none. Each key knows its place.
final class MemberKeys extends AbstractSet<SelectionKey> {
    private @Nullable MemberKey[] keys = new @Nullable MemberKey[16];
    private int count;

    MemberKeys() {}

    synchronized void put(MemberKey key) {
        if (count == keys.length) {
            keys = Arrays.copyOf(keys, 2 * count);
        }
        key.memberAt = count;
        keys[count++] = key;
    }

    synchronized boolean take(MemberKey key) {
        if (!contains(key)) {
            return false;
        }
        MemberKey last = Objects.requireNonNull(keys[--count]);
        keys[key.memberAt] = last;
        last.memberAt = key.memberAt;
        keys[count] = null;
        return true;
    }

    synchronized List<MemberKey> all() {
        List<MemberKey> all = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            all.add(Objects.requireNonNull(keys[i]));
        }
        return all;
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // a key is equal to itself alone
    public synchronized boolean contains(Object object) {
        return object instanceof MemberKey key && key.memberAt < count && keys[key.memberAt] == key;
    }

    @Override
    public synchronized int size() {
        return count;
    }

    @Override
    public Iterator<SelectionKey> iterator() {
        return List.<SelectionKey>copyOf(all()).iterator();
    }

    @Override
    public boolean remove(Object object) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void clear() {
        throw new UnsupportedOperationException();
    }
}
