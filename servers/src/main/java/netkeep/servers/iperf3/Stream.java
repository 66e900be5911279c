package netkeep.servers.iperf3;

import java.io.IOException;
import java.util.Locale;
import netkeep.servers.loop.Deadlines;

/// One stream of a test, and what was counted of it.
abstract class Stream {
    final Run run;
    private final int id;
    /// Sent or received.
    long octets;
    /// Datagrams sent, or the highest number received.
    long packets;
    /// Datagrams that did not come.
    long lost;
    /// Datagrams that came after a later one.
    long late;
    /// RFC 3550 §6.4.1, in seconds.
    double jitterS;

    /// @param index among the streams of the test, from 0
    Stream(Run run, int index) {
        this.run = run;
        // iperf3 numbers them 1, 3, 4, 5 ...
        this.id = index == 0 ? 1 : index + 2;
    }

    int id() {
        return id;
    }

    /// The test runs: sends, or listens.
    abstract void begin() throws IOException;

    /// Sends what is due by now.
    ///
    /// @return when to come back
    long pace(long nowNs) throws IOException {
        return Deadlines.NEVER;
    }

    /// Sends no more.
    abstract void stop();

    /// Lets the peer see that nothing more comes.
    void finish() {}

    abstract void close();

    String json(double tookS) {
        return String.format(
                Locale.ROOT,
                "{\"id\":%d,\"bytes\":%d,\"retransmits\":-1,\"jitter\":%.9f,\"errors\":%d,\"packets\":%d,"
                        + "\"start_time\":0,\"end_time\":%.6f}",
                id,
                octets,
                jitterS,
                lost,
                packets,
                tookS);
    }
}
