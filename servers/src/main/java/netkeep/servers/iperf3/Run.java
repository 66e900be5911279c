package netkeep.servers.iperf3;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import netkeep.servers.loop.Deadlines;
import org.jspecify.annotations.Nullable;

/// The streams of one test, all in one direction.
final class Run {
    private final Terms terms;
    private final boolean sends;
    private final List<Stream> streams = new ArrayList<>();
    private long left;
    private long received;
    private long beganNs;
    private long endedNs;
    private boolean running;
    private @Nullable IOException failure;

    /// @param sends whether this side sends
    Run(Terms terms, boolean sends) {
        this.terms = terms;
        this.sends = sends;
        this.left = terms.octets() == 0 ? Long.MAX_VALUE : terms.octets();
    }

    Terms terms() {
        return terms;
    }

    boolean sends() {
        return sends;
    }

    List<Stream> streams() {
        return streams;
    }

    void add(Stream stream) {
        streams.add(stream);
    }

    boolean complete() {
        return streams.size() == terms.streams();
    }

    void begin(long nowNs) throws IOException {
        beganNs = nowNs;
        running = true;
        for (Stream stream : streams) {
            stream.begin();
        }
    }

    /// Whether it has begun and not ended.
    boolean running() {
        return running;
    }

    long beganNs() {
        return beganNs;
    }

    /// Octets that may still be sent.
    long left() {
        return left;
    }

    void sent(long octets) {
        left = Math.max(0, left - octets);
    }

    void received(long octets) {
        received += octets;
    }

    /// Octets received over all streams.
    long received() {
        return received;
    }

    /// A stream's connection is gone: the test has failed.
    void fail(IOException why) {
        if (running) {
            failure = why;
        }
    }

    @Nullable
    IOException failure() {
        return failure;
    }

    /// Sends what is due by now.
    ///
    /// @return when to come back
    long pace(long nowNs) {
        long nextNs = Deadlines.NEVER;
        for (int i = 0; i < streams.size() && running; i++) {
            try {
                nextNs = Math.min(nextNs, streams.get(i).pace(nowNs));
            } catch (IOException gone) {
                fail(gone);
            }
        }
        return nextNs;
    }

    /// Sends no more. What comes is still counted.
    void end(long nowNs) {
        if (running) {
            running = false;
            endedNs = nowNs;
            streams.forEach(Stream::stop);
        }
    }

    /// What was sent ends: a client reads whole blocks to the end before it hears anything else.
    void finish() {
        streams.forEach(Stream::finish);
    }

    void close() {
        running = false;
        streams.forEach(Stream::close);
    }

    /// The results as they are exchanged. Retransmissions are not known: `java.nio` has no word for them.
    String json() {
        double tookS = (endedNs - beganNs) / 1e9;
        StringBuilder text = new StringBuilder("{\"cpu_util_total\":0,\"cpu_util_user\":0,\"cpu_util_system\":0,");
        text.append("\"sender_has_retransmits\":").append(sends ? 0 : -1).append(",\"streams\":[");
        String between = "";
        for (Stream stream : streams) {
            text.append(between).append(stream.json(tookS));
            between = ",";
        }
        return text.append("]}").toString();
    }
}
