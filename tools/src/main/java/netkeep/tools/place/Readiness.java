package netkeep.tools.place;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import netkeep.linux.Call;
import netkeep.linux.Descriptors;
import netkeep.linux.LinuxException;
import netkeep.linux.Sockets;
import org.jspecify.annotations.Nullable;

/// Tells whoever started this process how it is, as sd_notify(3) does: a datagram to the socket that `NOTIFY_SOCKET`
/// names. Where it names none, nobody wants to know.
final class Readiness {
    static final String READY = "READY=1";
    static final String STOPPING = "STOPPING=1";

    private final @Nullable String socket;
    private final Set<Object> waited = new HashSet<>();
    private final int count;
    private boolean told;

    /// @param socket a path, or `@` and a name that is none
    /// @param count  how many must serve
    Readiness(@Nullable String socket, int count) {
        this.count = count;
        this.socket = socket == null || socket.isEmpty() ? null : socket;
    }

    /// Of this process's environment.
    static Readiness ofEnvironment(int count) {
        return new Readiness(System.getenv("NOTIFY_SOCKET"), count);
    }

    /// One serves; told once, when all do.
    ///
    /// @param one which
    synchronized void ready(Object one) {
        waited.add(one);
        if (!told && waited.size() == count) {
            told = true;
            tell(READY);
        }
    }

    void stopping() {
        tell(STOPPING);
    }

    private void tell(String state) {
        if (socket == null) {
            return;
        }
        try (Arena arena = Arena.ofConfined()) {
            int descriptor = Sockets.socket(Sockets.AF_UNIX, Sockets.SOCK_DGRAM, 0);
            try {
                boolean named = socket.startsWith("@");
                Sockets.connect(
                        descriptor,
                        named
                                ? Sockets.abstractAddress(arena, socket.substring(1))
                                : Sockets.unixAddress(arena, socket));
                byte[] octets = state.getBytes(StandardCharsets.UTF_8);
                MemorySegment memory = arena.allocateFrom(ValueLayout.JAVA_BYTE, octets);
                new Call().send(descriptor, memory, 0, octets.length, Sockets.MSG_NOSIGNAL | Sockets.MSG_DONTWAIT);
            } finally {
                Descriptors.close(descriptor);
            }
        } catch (LinuxException nobody) {
            // Whoever asked to be told has gone: that is no reason to serve nobody.
        }
    }
}
