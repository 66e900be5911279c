package netkeep.names;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import netkeep.wire.DomainName;
import org.jspecify.annotations.Nullable;

/// What servers have said, as long as it holds.
///
/// Each entry is on the account of who asked first. Where there is no room for another one, that goes which was not
/// asked for longest of the account that has most: who fills the cache loses what it has put there.
final class Cache {
    /// What is known of a name.
    ///
    /// @param type a record's, or [#ANY]
    record Key(DomainName name, int type) {}

    /// In place of a type: of a name that is not there at all.
    static final int ANY = 0;

    private record Entry(Result result, int account) {}

    private final int most;
    private final Map<Key, Entry> entries = new HashMap<>();

    /// Keys by account, the one that was not asked for longest first.
    private final Map<Integer, LinkedHashMap<Key, Boolean>> accounts = new HashMap<>();

    /// @param most entries, 1 or more
    Cache(int most) {
        this.most = most;
    }

    int count() {
        return entries.size();
    }

    /// @return null if nothing is known that holds
    @Nullable
    Result get(Key key, long nowNs) {
        Entry entry = entries.get(key);
        if (entry == null) {
            return null;
        }
        if (entry.result.untilNs() <= nowNs) {
            remove(key, entry);
            return null;
        }
        LinkedHashMap<Key, Boolean> own = accounts.get(entry.account);
        if (own != null) {
            own.putLast(key, true);
        }
        return entry.result;
    }

    /// @param account whose it is
    void put(Key key, Result result, int account) {
        Entry before = entries.get(key);
        if (before != null) {
            remove(key, before);
        } else if (entries.size() == most) {
            evict();
        }
        entries.put(key, new Entry(result, account));
        accounts.computeIfAbsent(account, none -> new LinkedHashMap<>()).putLast(key, true);
    }

    private void evict() {
        LinkedHashMap<Key, Boolean> richest = new LinkedHashMap<>();
        for (LinkedHashMap<Key, Boolean> own : accounts.values()) {
            richest = own.size() > richest.size() ? own : richest;
        }
        Key oldest = richest.keySet().iterator().next();
        Entry entry = entries.get(oldest);
        if (entry != null) {
            remove(oldest, entry);
        }
    }

    private void remove(Key key, Entry entry) {
        entries.remove(key);
        LinkedHashMap<Key, Boolean> own = accounts.get(entry.account);
        if (own != null) {
            own.remove(key);
            if (own.isEmpty()) {
                accounts.remove(entry.account);
            }
        }
    }
}
