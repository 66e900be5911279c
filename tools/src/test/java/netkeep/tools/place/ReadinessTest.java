package netkeep.tools.place;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import netkeep.linux.Call;
import netkeep.linux.Descriptors;
import netkeep.linux.Errno;
import netkeep.linux.Sockets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReadinessTest {
    @TempDir
    private Path directory;

    /// What has come to a socket, and is there now.
    private static String heard(int descriptor) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment room = arena.allocate(100);
            int length = new Call().receive(descriptor, room, 0, 100, Sockets.MSG_DONTWAIT);
            return length == -Errno.EAGAIN
                    ? ""
                    : new String(room.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
        }
    }

    private static void tells(String socket, MemorySegment address) {
        int descriptor = Sockets.socket(Sockets.AF_UNIX, Sockets.SOCK_DGRAM, 0);
        try {
            Sockets.bind(descriptor, address);
            Readiness readiness = new Readiness(socket, 2);
            readiness.ready("one");
            readiness.ready("one");
            assertEquals("", heard(descriptor), "two must be ready");
            readiness.ready("other");
            readiness.ready("other");
            assertEquals("READY=1", heard(descriptor));
            assertEquals("", heard(descriptor), "once is enough");
            readiness.stopping();
            assertEquals("STOPPING=1", heard(descriptor));
        } finally {
            Descriptors.close(descriptor);
        }
    }

    @Test
    void readyIsToldOnceAtAPath() {
        String path = directory.resolve("notify").toString();
        try (Arena arena = Arena.ofConfined()) {
            tells(path, Sockets.unixAddress(arena, path));
        }
    }

    @Test
    void readyIsToldOnceAtANameThatIsNoPath() {
        String name = "netkeep-test-" + ProcessHandle.current().pid();
        try (Arena arena = Arena.ofConfined()) {
            tells("@" + name, Sockets.abstractAddress(arena, name));
        }
    }

    @Test
    void nobodyIsToldWhereNobodyAsked() {
        new Readiness(null, 1).ready(this);
        new Readiness("", 1).ready(this);
        new Readiness(directory.resolve("nobody").toString(), 1).ready(this);
    }
}
