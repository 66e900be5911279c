package netkeep.client;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import netkeep.domain.Doorbell;
import netkeep.domain.Line;
import netkeep.domain.Shared;
import netkeep.linux.Descriptors;
import netkeep.linux.Poller;
import netkeep.linux.Sockets;
import netkeep.session.Hello;
import netkeep.session.SessionLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What a program that is attached to a daemon hears over its connection.
@Timeout(60)
class AttachedTest {
    private static final SessionLayout LAYOUT = new SessionLayout(8, 16, 16, 1 << 13);

    @TempDir
    private Path directory;

    /// Lets a program in, and serves it nothing.
    private static Line admit(int listener) throws Exception {
        Poller poller = new Poller(1);
        poller.add(listener, Poller.POLLIN);
        poller.await(Poller.NEVER);
        Line program = new Line(Sockets.accept(listener));
        program.receive();
        int[] bell = Doorbell.pair();
        int client = Shared.make("client", LAYOUT.clientLength());
        int stack = Shared.make("stack", LAYOUT.stackLength());
        program.send(Hello.answer(0, LAYOUT, List.of()), client, stack, bell[0], bell[1]);
        for (int descriptor : new int[] {client, stack, bell[0], bell[1], bell[2], bell[3]}) {
            Descriptors.close(descriptor);
        }
        return program;
    }

    private static boolean spins(Thread thread) {
        return Arrays.stream(thread.getStackTrace())
                .anyMatch(frame -> frame.getMethodName().equals("pause"));
    }

    /// It never sleeps, and so is not woken for its connection either.
    @Test
    void whoSpinsForEverLearnsThatTheStackIsGone() throws Exception {
        String path = directory.resolve("session").toString();
        int listener = Line.listen(path);
        FutureTask<Line> control = new FutureTask<>(() -> admit(listener));
        Thread.ofPlatform().start(control);
        try (Attached attached = Attached.to(path, Long.MAX_VALUE, true);
                SocketChannel channel = attached.provider().openSocketChannel()) {
            InetSocketAddress anybody = new InetSocketAddress(InetAddress.ofLiteral("198.18.0.1"), 9);
            FutureTask<Boolean> connecting = new FutureTask<>(() -> channel.connect(anybody));
            Thread thread = Thread.ofPlatform().daemon().start(connecting);
            while (!spins(thread)) {
                Thread.onSpinWait();
            }
            control.get().close();
            ExecutionException thrown = assertThrows(ExecutionException.class, connecting::get);
            assertInstanceOf(SocketException.class, thrown.getCause());
        } finally {
            Descriptors.close(listener);
        }
    }
}
