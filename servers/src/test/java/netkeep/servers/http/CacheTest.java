package netkeep.servers.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import netkeep.servers.loop.Buffers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CacheTest {
    private static final long BYTES = 1 << 20;

    private final Cache cache = new Cache(BYTES);

    @TempDir
    Path directory;

    private static Resource resource(int length) {
        Draft draft = new Draft(Status.OK);
        draft.content = new byte[length];
        draft.size = length;
        return new Resource(draft);
    }

    private static byte[] key(int number) {
        return Octets.of("/path/number/" + number);
    }

    private Resource get(byte[] key) {
        ByteBuffer in = Buffers.make(key.length + Octets.SLACK);
        Resource found = cache.get(in.put(0, key), 0, key.length, Cache.hash(key));
        assertSame(found, cache.get(key));
        return found;
    }

    @Test
    void whatWasPutIsFoundUntilItIsRemoved() throws IOException {
        Resource[] resources = new Resource[1000];
        for (int i = 0; i < resources.length; i++) {
            resources[i] = resource(10);
            cache.put(key(i), resources[i]);
        }
        for (int i = 0; i < resources.length; i++) {
            assertSame(resources[i], get(key(i)));
        }
        for (int i = 0; i < resources.length; i += 2) {
            cache.remove(resources[i]);
        }
        for (int i = 0; i < resources.length; i++) {
            assertSame(i % 2 == 0 ? null : resources[i], get(key(i)));
        }
    }

    @Test
    void numberAndMemoryAreBounded() throws IOException {
        int found = 0;
        for (int i = 0; i < 10_000; i++) {
            cache.put(key(i), resource(10));
        }
        for (int i = 0; i < 10_000; i++) {
            found += get(key(i)) == null ? 0 : 1;
        }
        assertTrue(found > 1000 && found <= 4096, "found " + found);
        for (int i = 0; i < 100; i++) {
            cache.put(key(20_000 + i), resource(100_000));
        }
        int large = 0;
        for (int i = 0; i < 100; i++) {
            large += get(key(20_000 + i)) == null ? 0 : 1;
        }
        assertEquals(10, large);
    }

    @Test
    void whatIsUsedStaysLonger() throws IOException {
        Resource used = resource(10);
        cache.put(key(0), used);
        for (int i = 1; i < 50_000; i++) {
            cache.put(key(i), resource(10));
            used.used = true;
        }
        assertSame(used, get(key(0)));
        assertNull(get(key(1)));
    }

    @Test
    void fileIsClosedWhenNobodyReadsItAnyMore() throws IOException {
        Path path = Files.write(directory.resolve("file"), new byte[] {1});
        Draft draft = new Draft(Status.OK);
        draft.file = FileChannel.open(path);
        Resource resource = new Resource(draft);
        FileChannel file = resource.file;
        assertNotNull(file);
        cache.put(key(1), resource);
        resource.hold();
        cache.remove(resource);
        assertTrue(file.isOpen());
        resource.release();
        assertFalse(file.isOpen());
    }
}
