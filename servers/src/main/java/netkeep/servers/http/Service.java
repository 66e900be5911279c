package netkeep.servers.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.random.RandomGenerator;
import netkeep.servers.loop.Buffers;
import netkeep.servers.loop.Gate;
import netkeep.servers.loop.Time;

/// What all connections of a server have together. They take turns, so one buffer to read into and one to write
/// from are enough.
final class Service {
    /// Octets that one response takes at most in [#out]: what lies in memory of a file, and a head with a
    /// redirection.
    static final int RESPONSE = Tree.IN_MEMORY + 20_480;

    private static final int IN = 65_536;
    private static final int OUT = 262_144;

    /// Unfinished connections whose objects are kept for the next ones.
    private static final int KEPT = 4096;

    final HttpLimits limits;
    final HttpPatience patience;

    /// Work added to each request.
    final long workNs;

    final Time time;
    final RandomGenerator luck;
    final Tree tree;
    final RequestParser parser;
    final Request request = new Request();
    final Wheel wheel;
    final Buffers buffers;
    final ByteBuffer in = Buffers.make(IN);
    final ByteBuffer out = Buffers.make(OUT);
    final Responder responder;
    final Gate gate;

    /// The value of the Date field, of the second that it is.
    final byte[] date = new byte[HttpDate.LENGTH];

    long nowSeconds;

    /// Whether each response is the last of its connection.
    boolean leaving;

    private final ArrayDeque<Work> works = new ArrayDeque<>();
    private final ArrayDeque<Transfer> transfers = new ArrayDeque<>();
    private long dateUntilNs;

    Service(HttpSettings settings, Time time, RandomGenerator luck) throws IOException {
        this.limits = settings.limits();
        this.patience = settings.patience();
        this.workNs = settings.workNs();
        this.time = time;
        this.luck = luck;
        this.tree = new Tree(settings);
        this.parser = new RequestParser(limits.targetLength(), limits.fieldCount());
        this.wheel = new Wheel(time.nowNs());
        this.buffers = new Buffers(limits.bufferBytes());
        this.gate = new Gate(limits.connections());
        this.responder = new Responder(this);
        this.dateUntilNs = time.nowNs();
        setDate(dateUntilNs);
    }

    /// Sets the Date field if its second is over.
    void setDate(long nowNs) {
        if (nowNs - dateUntilNs >= 0) {
            long ms = time.sinceEpochMs();
            nowSeconds = ms / 1000;
            HttpDate.write(nowSeconds, date, 0);
            dateUntilNs = nowNs + (1000 - ms % 1000) * 1_000_000;
        }
    }

    Work work() {
        Work work = works.pollLast();
        return work == null ? new Work() : work;
    }

    /// Takes back a work, whatever is in it.
    void giveBack(Work work) throws IOException {
        Transfer transfer = work.transfer;
        work.transfer = null;
        if (work.in != null) {
            buffers.give(work.in);
        }
        if (work.out != null) {
            buffers.give(work.out);
        }
        work.in = null;
        work.out = null;
        work.headLength = 0;
        if (works.size() < KEPT) {
            works.addLast(work);
        }
        if (transfer != null) {
            giveBack(transfer);
        }
    }

    Transfer transfer() {
        Transfer transfer = transfers.pollLast();
        return transfer == null ? new Transfer() : transfer;
    }

    void giveBack(Transfer transfer) throws IOException {
        transfer.end();
        if (transfers.size() < KEPT) {
            transfers.addLast(transfer);
        }
    }
}
