package netkeep.bench;

import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/// What is measured, and what it has to reach. Jobs that share a server of ours stand together.
enum Job {
    HTTP("http", "612-octet file, wrk with 64 connections, against nginx", Unit.REQUESTS, Bar.atLeast(1.8)),
    HTTP_SAME("http-same", "as http, against our server on the JDK's channels", Unit.REQUESTS, Bar.atLeast(1.3)),
    HTTP_BARE("http-bare", "128 octets, 32 connections, against bare epoll in C", Unit.REQUESTS, Bar.atLeast(1.2)),
    HTTP_WORK("http-work", "as http-same, 3 us added to each request on both sides", Unit.REQUESTS, Bar.atLeast(1.3)),
    HTTP_8("http-8", "as http, 8 connections", Unit.REQUESTS, Bar.atLeast(1.2)),
    HTTP_NOSPIN("http-nospin", "as http, spin 0", Unit.REQUESTS, Bar.atLeast(1.2)),
    RR("rr", "one octet there and back, p50, client on the other core", Unit.MICROSECONDS, Bar.atMost(0.45)),
    CONNECT("connect", "connect, request, close, one after another", Unit.CONNECTIONS, Bar.atLeast(1.4)),
    IDLE("idle100k", "resident memory of an idle connection, of 100,000", Unit.OCTETS, Bar.limit(1024)),
    IDLE_REQUEST("idle100k-rr", "a request among them, beside one without them", Unit.TIMES, Bar.limit(1.3)),
    RR_ONECORE("rr-onecore", "as rr, both on one core, spin 0", Unit.MICROSECONDS, Bar.atMost(1.15)),
    SEND("send", "one stream, our side sends", Unit.GIGABITS, Bar.atLeast(1.6)),
    RECEIVE("receive", "one stream, our side receives", Unit.GIGABITS, Bar.atLeast(0.75)),
    START("start", "the command to its first SYN-ACK", Unit.MILLISECONDS, Bar.limit(500)),
    NGINX("nginx", "nginx, 612-octet file, wrk with 64 connections", Unit.REQUESTS, Bar.atLeast(1.3)),
    REDIS("redis", "redis-server, redis-benchmark with 50 connections", Unit.REQUESTS, Bar.atLeast(1.3)),
    IPERF3_SENDS("iperf3-sends", "iperf3 -s, which sends one stream", Unit.GIGABITS, Bar.atLeast(1)),
    IPERF3_RECEIVES("iperf3-receives", "iperf3 -s, which receives one stream", Unit.GIGABITS, Bar.atLeast(1)),
    NETTY("netty", "Netty's HTTP server, 612 octets, wrk with 64 connections", Unit.REQUESTS, Bar.atLeast(2));

    /// What a figure is in.
    enum Unit {
        REQUESTS("requests/s", 0),
        CONNECTIONS("connections/s", 0),
        MICROSECONDS("us", 1),
        MILLISECONDS("ms", 0),
        GIGABITS("Gbit/s", 1),
        OCTETS("octets", 0),
        TIMES("times", 2);

        private final String text;
        private final int decimals;

        Unit(String text, int decimals) {
            this.text = text;
            this.decimals = decimals;
        }

        /// Digits behind the point that a reader has use for.
        int decimals() {
            return decimals;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    private final String id;
    private final String what;
    private final Unit unit;
    private final Bar.Kind barKind;
    private final double barValue;

    Job(String id, String what, Unit unit, Bar bar) {
        this.id = id;
        this.what = what;
        this.unit = unit;
        this.barKind = bar.kind();
        this.barValue = bar.value();
    }

    /// Those measured if nobody says which, with our stack embedded alone.
    static Set<Job> usual() {
        Set<Job> usual = EnumSet.complementOf(EnumSet.of(HTTP_WORK, HTTP_8));
        usual.removeAll(programs());
        return usual;
    }

    /// Those with programs that know nothing of us: `bench programs`. Their bar is that of the first of
    /// [#placements].
    static Set<Job> programs() {
        return EnumSet.of(NGINX, REDIS, IPERF3_SENDS, IPERF3_RECEIVES, NETTY);
    }

    /// Where one of [#programs] is measured: a program of the JVM with the stack in its own process, by the agent.
    Set<Placed> placements() {
        return this == NETTY ? EnumSet.of(Placed.EMBEDDED) : EnumSet.of(Placed.MONOLITHIC, Placed.FACTORED);
    }

    /// Those that are measured in every placement.
    static Set<Job> placed() {
        return EnumSet.of(HTTP, HTTP_WORK, HTTP_8, RR, CONNECT, SEND, RECEIVE);
    }

    /// Those for which the bare responder knows an answer: `--ceiling`.
    static Set<Job> underCeiling() {
        return EnumSet.of(HTTP, HTTP_BARE, RR, CONNECT, RR_ONECORE, SEND, RECEIVE);
    }

    static Optional<Job> named(String id) {
        for (Job job : values()) {
            if (job.id.equals(id)) {
                return Optional.of(job);
            }
        }
        return Optional.empty();
    }

    /// The job's name on the command line and in all that is written.
    String id() {
        return id;
    }

    String what() {
        return what;
    }

    Unit unit() {
        return unit;
    }

    Bar bar() {
        return new Bar(barKind, barValue);
    }

    /// Whether the work is counted in octets moved; else it is in requests.
    boolean isBulk() {
        return unit == Unit.GIGABITS;
    }

    /// The share of the kernel's CPU time per request that decides instead of the ratio where the load's core is
    /// the limit; 0 for a job without one.
    double costBar() {
        return this == HTTP ? 0.5 : 0;
    }

    /// The core that the load runs on. The server's is 0.
    int loadCore() {
        return this == RR_ONECORE ? 0 : 1;
    }
}
