package netkeep.servers.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Resources by the octets of their path, bounded in number, memory and open files.
///
/// What goes when it is full is found by a clock's hand: it passes over what was used since it last came by.
final class Cache {
    private static final int CAPACITY = 4096;
    private static final int BUCKETS = 2 * CAPACITY;
    private static final int OPEN_FILES = 256;

    private final @Nullable Resource[] buckets = new @Nullable Resource[BUCKETS];
    private final @Nullable Resource[] clock = new @Nullable Resource[CAPACITY];
    private final long capacityBytes;
    private int hand;
    private int count;
    private int openFiles;
    private long bytes;

    Cache(long capacityBytes) {
        this.capacityBytes = capacityBytes;
    }

    /// What was put under these octets, or null.
    ///
    /// @param hash of the octets, as [RequestParser] and [#hash] compute it
    @Nullable
    Resource get(ByteBuffer in, int at, int length, int hash) {
        Resource resource = buckets[bucket(hash)];
        while (resource != null && (resource.hash != hash || !Octets.same(in, at, length, resource.key))) {
            resource = resource.next;
        }
        return resource;
    }

    /// What was put under this key, or null.
    @Nullable
    Resource get(byte[] key) {
        int hash = hash(key);
        Resource resource = buckets[bucket(hash)];
        while (resource != null && !Arrays.equals(resource.key, key)) {
            resource = resource.next;
        }
        return resource;
    }

    static int hash(byte[] key) {
        int hash = 0;
        for (byte octet : key) {
            hash = 31 * hash + octet;
        }
        return hash;
    }

    private static int bucket(int hash) {
        return (hash * 0x9E37_79B1 >>> 16) & BUCKETS - 1;
    }

    /// Puts a resource under a key that has none.
    void put(byte[] key, Resource resource) throws IOException {
        int opens = resource.file == null ? 0 : 1;
        while (count == CAPACITY
                || count > 0 && bytes + resource.weight() > capacityBytes
                || openFiles + opens > OPEN_FILES) {
            evict();
        }
        resource.key = key;
        resource.hash = hash(key);
        resource.cached = true;
        resource.used = true;
        int bucket = bucket(resource.hash);
        resource.next = buckets[bucket];
        buckets[bucket] = resource;
        while (clock[hand] != null) {
            advance();
        }
        resource.slot = hand;
        clock[hand] = resource;
        count++;
        openFiles += opens;
        bytes += resource.weight();
    }

    private void evict() throws IOException {
        while (true) {
            Resource resource = clock[hand];
            if (resource != null && !resource.used) {
                remove(resource);
                return;
            }
            if (resource != null) {
                resource.used = false;
            }
            advance();
        }
    }

    private void advance() {
        hand = (hand + 1) % CAPACITY;
    }

    /// Takes a resource out. Who holds it can go on.
    void remove(Resource resource) throws IOException {
        int bucket = bucket(resource.hash);
        Resource before = null;
        Resource here = buckets[bucket];
        while (here != resource && here != null) {
            before = here;
            here = here.next;
        }
        if (before == null) {
            buckets[bucket] = resource.next;
        } else {
            before.next = resource.next;
        }
        clock[resource.slot] = null;
        resource.next = null;
        resource.cached = false;
        count--;
        openFiles -= resource.file == null ? 0 : 1;
        bytes -= resource.weight();
        resource.discard();
    }

    /// Takes all out.
    void clear() throws IOException {
        for (Resource resource : clock) {
            if (resource != null) {
                remove(resource);
            }
        }
    }
}
