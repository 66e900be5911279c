package netkeep.servers.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import netkeep.servers.loop.Deadlines;
import netkeep.servers.loop.Time;
import netkeep.sim.Seeds;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// With connections that are never connected: what counts is when the wheel closes them.
class WheelTest {
    /// What deadlines are kept to.
    private static final long TICK_NS = 1L << 28;

    private static final long SECOND_NS = 1_000_000_000;

    @TempDir
    Path root;

    @Test
    void deadlinesAreKeptToATick() throws IOException {
        Service service = new Service(HttpSettings.of(root), Time.SYSTEM, Seeds.luck(1));
        try (Selector selector = Selector.open()) {
            Seeds.each(20, luck -> {
                long nowNs = luck.nextLong(1L << 60) - (1L << 59);
                Wheel wheel = new Wheel(nowNs);
                assertEquals(Deadlines.NEVER, wheel.expire(nowNs));
                List<Connection> waiting = new ArrayList<>();
                try {
                    for (int i = 0; i < 50; i++) {
                        waiting.add(connection(service, selector, nowNs));
                    }
                    for (int step = 0; step < 400; step++) {
                        if (!waiting.isEmpty()) {
                            Connection any = waiting.get(luck.nextInt(waiting.size()));
                            wheel.schedule(any, nowNs + luck.nextLong(300 * SECOND_NS));
                        }
                        nowNs += luck.nextLong(3 * SECOND_NS);
                        long nextNs = wheel.expire(nowNs);
                        long soonestNs = Deadlines.NEVER;
                        for (Connection connection : List.copyOf(waiting)) {
                            if (connection.dueTick != Wheel.NOWHERE) {
                                assertTrue(connection.deadlineNs > nowNs - TICK_NS, "is not late");
                                soonestNs = Math.min(soonestNs, connection.deadlineNs);
                            } else if (connection.deadlineNs != 0) {
                                assertTrue(connection.deadlineNs <= nowNs, "is not early");
                                waiting.remove(connection);
                            }
                        }
                        assertTrue(soonestNs == Deadlines.NEVER || nextNs <= soonestNs + TICK_NS);
                        assertTrue(nextNs > nowNs - TICK_NS);
                    }
                } catch (IOException failure) {
                    throw new AssertionError(failure);
                }
            });
        }
    }

    private static Connection connection(Service service, Selector selector, long nowNs) throws IOException {
        SocketChannel channel = SocketChannel.open();
        channel.configureBlocking(false);
        SelectionKey key = channel.register(selector, 0);
        assertNotNull(key);
        Connection connection = new Connection(service, channel, key, nowNs);
        service.wheel.remove(connection);
        service.gate.enter();
        connection.deadlineNs = 0;
        return connection;
    }
}
