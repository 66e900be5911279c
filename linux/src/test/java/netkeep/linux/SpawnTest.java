package netkeep.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class SpawnTest {
    private static final long ROOM = 256;
    private static final long PATIENCE_NS = 20_000_000_000L;

    /// The child is given two descriptors, one of which has the number that the other one becomes.
    @Test
    void childHasTheDescriptorsItWasGivenAndNoOther() {
        int[] first = Sockets.pair(Sockets.SOCK_STREAM);
        int[] second = Sockets.pair(Sockets.SOCK_STREAM);
        // With ls's own for the directory there are five and one.
        String script = "[ $(ls /proc/self/fd | wc -l) = 6 ] && echo $NAME >&3; echo two >&4";
        int process = Spawn.start(List.of("/bin/sh", "-c", script), List.of("NAME=one"), first[1], second[1]);
        try {
            assertEquals("one\n", read(first[0]));
            assertEquals("two\n", read(second[0]));
            assertEquals(0, end(process));
        } finally {
            for (int descriptor : new int[] {first[0], first[1], second[0], second[1]}) {
                Descriptors.close(descriptor);
            }
        }
    }

    @Test
    void endOfAChildIsTold() {
        int process = Spawn.start(List.of("sleep", "1000"), List.of());
        assertEquals(-1, Threads.reap(process));
        Threads.kill(process, Threads.SIGKILL);
        assertEquals(Threads.SIGKILL, end(process) & 0x7F);
        assertEquals(3 << 8, end(Spawn.start(List.of("/bin/sh", "-c", "exit 3"), List.of())));
    }

    /// What a terminal tells those that run in front is not for it.
    @Test
    void childHasAProcessGroupOfItsOwn() throws IOException {
        int process = Spawn.start(List.of("sleep", "1000"), List.of());
        try {
            String[] words =
                    Files.readString(Path.of("/proc/" + process + "/stat")).split(" ");
            assertEquals(Integer.toString(process), words[4]);
        } finally {
            Threads.kill(process, Threads.SIGKILL);
            end(process);
        }
    }

    @Test
    void programIsFoundWhereAShellFindsIt() {
        assertEquals(0, end(Spawn.start(List.of("true"), List.of())));
    }

    @Test
    void programThatIsNotThereIsRefused() {
        LinuxException refused =
                assertThrows(LinuxException.class, () -> Spawn.start(List.of("/nowhere/program"), List.of()));
        assertEquals(Errno.ENOENT, refused.errno());
    }

    private static String read(int descriptor) {
        Poller poller = new Poller(1);
        poller.add(descriptor, Poller.POLLIN);
        assertEquals(1, poller.await(PATIENCE_NS), "nothing came");
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment room = arena.allocate(ROOM);
            int length = new Call().read(descriptor, room, 0, (int) ROOM);
            return new String(room.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
        }
    }

    private static int end(int process) {
        int pidfd = Threads.pidfd(process);
        Poller poller = new Poller(1);
        poller.add(pidfd, Poller.POLLIN);
        assertEquals(1, poller.await(PATIENCE_NS), "it does not end");
        Descriptors.close(pidfd);
        return Threads.reap(process);
    }
}
