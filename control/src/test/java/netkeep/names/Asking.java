package netkeep.names;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import netkeep.sim.Seeds;
import netkeep.wire.Address;

/// A resolver whose queries a test answers itself, one after the other.
final class Asking {
    /// A query that was sent, and not closed since.
    static final class Sent {
        private final int exchange;
        private final NameServer server;
        private final boolean stream;
        private final byte[] query;

        private Sent(int exchange, NameServer server, boolean stream, byte[] query) {
            this.exchange = exchange;
            this.server = server;
            this.stream = stream;
            this.query = query;
        }

        int exchange() {
            return exchange;
        }

        NameServer server() {
            return server;
        }

        boolean stream() {
            return stream;
        }

        byte[] query() {
            return query.clone();
        }

        String name() {
            return Message.name(query).toString();
        }
    }

    static final NameServer ONE = NameServer.parse("198.18.0.1");
    static final NameServer TWO = NameServer.parse("[fd00::2]:5353");
    static final NameSettings SETTINGS = NameSettings.DEFAULT.with(List.of(ONE, TWO), List.of());

    final Map<Integer, Sent> open = new LinkedHashMap<>();
    final List<Answer> answers = new ArrayList<>();
    final Resolver resolver;
    long nowNs = 1_000;
    boolean room = true;

    Asking(NameSettings settings, String hosts) {
        resolver = new Resolver(settings, new Hosts(hosts), new Wires(), Seeds.luck(1));
    }

    Asking() {
        this(SETTINGS, "");
    }

    private final class Wires implements Carrier {
        @Override
        public boolean open(int exchange, NameServer server, boolean stream, byte[] query) {
            if (room) {
                open.put(exchange, new Sent(exchange, server, stream, query));
            }
            return room;
        }

        @Override
        public void close(int exchange) {
            open.remove(exchange);
        }
    }

    /// Asks for addresses of IPv4.
    void four(String name) {
        ask(0, new Question.Forward(name, true, false));
    }

    void ask(int account, Question question) {
        resolver.ask(account, question, answers::add, nowNs);
        resolver.expire(nowNs);
    }

    void ask(Question question) {
        ask(0, question);
    }

    /// The one query that is under way.
    Sent sent() {
        if (open.size() != 1) {
            throw new AssertionError(open.values().stream().map(Sent::name).toList() + " under way");
        }
        return open.values().iterator().next();
    }

    Message answer(int rcode) {
        return Message.to(sent().query(), Message.RECURSES, rcode);
    }

    void reply(Message message) {
        reply(sent(), message);
    }

    void reply(Sent to, Message message) {
        arrives(to, to.server().address(), to.server().port(), message.octets());
    }

    void arrives(Sent to, Address from, int port, byte[] octets) {
        resolver.arrives(to.exchange(), from, port, octets, nowNs);
        resolver.expire(nowNs);
    }

    /// Gives what was asked one address.
    void found(String address, long ttl) {
        reply(answer(0).address(Message.name(sent().query()), ttl, Address.parse(address)));
    }

    void passes(long seconds) {
        long untilNs = nowNs + seconds * 1_000_000_000L;
        while (resolver.deadlineNs() <= untilNs) {
            nowNs = resolver.deadlineNs();
            resolver.expire(nowNs);
        }
        nowNs = untilNs;
    }

    Answer last() {
        return answers.getLast();
    }

    String told() {
        Answer last = last();
        return last.status() + " " + last.canonical() + " " + last.addresses() + " " + last.ttl();
    }
}
