package netkeep.engine.socket;

import java.util.Arrays;
import netkeep.engine.ledger.Luck;

/// Finds who owns a flow: addresses and ports of both ends to an id. Derived from the records.
///
/// Open addressing with linear probing, at most four fifths full; entries hold the id and 32 bits of the hash, the key
/// itself stays in the record. The hash is keyed, so that a remote host cannot choose where its flows land.
public final class FlowTable {
    /// Where ids' keys are.
    public interface Keys {
        /// Whether the record of `id` has this flow.
        boolean matches(
                int id, long localHi, long localLo, int localPort, long remoteHi, long remoteLo, int remotePort);
    }

    private static final long EMPTY = -1L;

    private final Keys keys;
    private final long key0;
    private final long key1;
    private long[] entries = new long[256];
    private int count;

    public FlowTable(Keys keys, Luck luck) {
        this.keys = keys;
        this.key0 = luck.hash(1, 0, 0, 0, 0) | 1;
        this.key1 = luck.hash(2, 0, 0, 0, 0) | 1;
        Arrays.fill(entries, EMPTY);
    }

    /// The hash of a flow; also what chooses among several listeners of a port.
    public int hash(long localHi, long localLo, int localPort, long remoteHi, long remoteLo, int remotePort) {
        long ports = (long) localPort << 16 | remotePort;
        long a = mix(remoteHi ^ key0, remoteLo ^ key1 ^ ports << 24);
        long b = mix(localHi ^ key1, localLo ^ ports ^ key0);
        long hash = mix(a ^ key0, b ^ key1);
        return (int) (hash ^ hash >>> 32);
    }

    /// The id of a flow, or -1.
    public int find(int hash, long localHi, long localLo, int localPort, long remoteHi, long remoteLo, int remotePort) {
        int mask = entries.length - 1;
        for (int place = hash & mask; ; place = place + 1 & mask) {
            long entry = entries[place];
            if (entry == EMPTY) {
                return -1;
            }
            if ((int) (entry >>> 32) == hash
                    && keys.matches((int) entry, localHi, localLo, localPort, remoteHi, remoteLo, remotePort)) {
                return (int) entry;
            }
        }
    }

    /// Adds an id; its flow must not be there.
    public void add(int hash, int id) {
        if (5L * (count + 1) > 4L * entries.length) {
            grow();
        }
        insert(hash, id);
        count++;
    }

    /// Removes an id if it is there.
    ///
    /// @return whether it was
    public boolean remove(int hash, int id) {
        int mask = entries.length - 1;
        long wanted = entry(hash, id);
        int place = hash & mask;
        while (entries[place] != wanted) {
            if (entries[place] == EMPTY) {
                return false;
            }
            place = place + 1 & mask;
        }
        count--;
        // Close the hole: whoever was displaced past it moves back.
        int hole = place;
        for (int next = hole + 1 & mask; entries[next] != EMPTY; next = next + 1 & mask) {
            int home = (int) (entries[next] >>> 32) & mask;
            if ((next - home & mask) >= (next - hole & mask)) {
                entries[hole] = entries[next];
                hole = next;
            }
        }
        entries[hole] = EMPTY;
        return true;
    }

    public int count() {
        return count;
    }

    private void grow() {
        long[] old = entries;
        entries = new long[2 * old.length];
        Arrays.fill(entries, EMPTY);
        for (long entry : old) {
            if (entry != EMPTY) {
                insert((int) (entry >>> 32), (int) entry);
            }
        }
    }

    private void insert(int hash, int id) {
        int mask = entries.length - 1;
        int place = hash & mask;
        while (entries[place] != EMPTY) {
            place = place + 1 & mask;
        }
        entries[place] = entry(hash, id);
    }

    private static long entry(int hash, int id) {
        return (long) hash << 32 | Integer.toUnsignedLong(id);
    }

    private static long mix(long a, long b) {
        return Math.unsignedMultiplyHigh(a, b) ^ a * b;
    }
}
