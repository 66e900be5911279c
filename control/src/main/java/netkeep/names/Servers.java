package netkeep.names;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// What is known of the servers that are asked.
final class Servers {
    /// For how long one that did not answer is asked last.
    private static final long SUSPECT_NS = TimeUnit.SECONDS.toNanos(30);

    /// For how long one that did not understand an OPT record gets none.
    private static final long PLAIN_NS = TimeUnit.MINUTES.toNanos(15);

    /// One of them.
    static final class Server {
        final NameServer where;
        private long suspectUntilNs = Long.MIN_VALUE;
        private long plainUntilNs = Long.MIN_VALUE;

        private Server(NameServer where) {
            this.where = where;
        }

        void answered() {
            suspectUntilNs = Long.MIN_VALUE;
        }

        void silent(long nowNs) {
            suspectUntilNs = nowNs + SUSPECT_NS;
        }

        void plain(long nowNs) {
            plainUntilNs = nowNs + PLAIN_NS;
        }

        /// Whether it gets an OPT record.
        boolean extended(long nowNs) {
            return nowNs >= plainUntilNs;
        }
    }

    private Map<NameServer, Server> known = new HashMap<>();
    private List<Server> order = List.of();

    /// These are asked from now on; what is known of one goes on.
    void set(List<NameServer> servers) {
        Map<NameServer, Server> before = known;
        known = new HashMap<>();
        List<Server> all = new ArrayList<>();
        for (NameServer where : servers) {
            Server server = before.getOrDefault(where, new Server(where));
            if (known.put(where, server) == null) {
                all.add(server);
            }
        }
        order = List.copyOf(all);
    }

    /// In their own order, but those behind all others that did not answer lately.
    List<Server> order(long nowNs) {
        List<Server> all = new ArrayList<>();
        order.stream().filter(server -> nowNs >= server.suspectUntilNs).forEach(all::add);
        order.stream().filter(server -> nowNs < server.suspectUntilNs).forEach(all::add);
        return all;
    }
}
