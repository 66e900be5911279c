package netkeep.servers.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import netkeep.servers.loop.Ready;
import org.jspecify.annotations.Nullable;

/// One connection. It reads what is there, answers every request that is whole, and writes the answers at once.
final class Connection implements Ready {
    /// What it is doing between two passes.
    private enum Phase {
        /// Nothing of a request has arrived.
        IDLE,
        /// A part of a head has arrived.
        HEAD,
        /// Content is being read off.
        CONTENT,
        /// The channel has not taken all of a response. Nothing is read meanwhile: that is the back-pressure.
        WRITING,
        /// The last response is out, and what the client still sends is read, so that no RST overtakes the
        /// response.
        LINGERING,
        CLOSED
    }

    /// What becomes of it after the response that is going out.
    private enum After {
        STAY,
        CLOSE,
        LINGER
    }

    /// Buffers of responses that are written in one pass, so that the others get their turn.
    private static final int TURNS = 8;

    private static final int MORE = -1;

    private final Service service;
    private final SocketChannel channel;
    private final SelectionKey key;
    private Phase phase = Phase.IDLE;
    private After after = After.STAY;
    private @Nullable Work work;

    // Where it is in the wheel.
    @Nullable
    Connection next;

    @Nullable
    Connection previous;

    long deadlineNs;
    long dueTick = Wheel.NOWHERE;

    Connection(Service service, SocketChannel channel, SelectionKey key, long nowNs) {
        this.service = service;
        this.channel = channel;
        this.key = key;
        service.wheel.schedule(this, nowNs + service.patience.idleNs());
    }

    @Override
    public void ready(SelectionKey key, long nowNs) {
        service.setDate(nowNs);
        service.out.clear();
        try {
            switch (phase) {
                case IDLE, HEAD, CONTENT -> read(nowNs);
                case WRITING -> writeOn(nowNs);
                case LINGERING -> linger();
                case CLOSED -> {}
            }
        } catch (IOException gone) {
            close();
        }
    }

    private void read(long nowNs) throws IOException {
        ByteBuffer in = service.in;
        in.clear();
        int held = work == null ? 0 : work.unfold(in, service.buffers);
        in.limit(in.capacity() - Octets.SLACK);
        int count = channel.read(in);
        int end = in.position();
        in.clear();
        if (count < 0) {
            close();
        } else if (phase == Phase.HEAD && !worthParsing(in, held, end)) {
            work().keepIn(in, 0, end, service.buffers);
        } else if (end > 0) {
            process(in, end, nowNs);
        }
    }

    /// Whether a head that was incomplete may now be complete, or too long. So a head that comes octet by octet is
    /// not parsed as often as it has octets.
    private boolean worthParsing(ByteBuffer in, int held, int end) {
        int target = service.limits.targetLength();
        return Octets.hasLineFeed(in, held, end)
                || end >= service.limits.headLength()
                || held <= target && end > target;
    }

    /// Answers what is whole in `[0, end)`, writes, and keeps the rest.
    private void process(ByteBuffer in, int end, long nowNs) throws IOException {
        int at = 0;
        int turns = 0;
        boolean written = true;
        boolean more = false;
        while (at < end && after == After.STAY && written && !more) {
            if (service.out.remaining() < Service.RESPONSE) {
                turns++;
                written = flush() && turns < TURNS;
            }
            if (written) {
                int next = step(in, at, end, nowNs);
                more = next == MORE;
                at = more ? at : next;
                // What comes after a transfer needs it to be over.
                written = work == null || work.transfer == null || flush();
            }
        }
        written = written && flush();
        if (after != After.STAY) {
            // What is left is of no interest, but octets that are not read make a RST of the close.
            after = at < end ? After.LINGER : after;
        } else if (at < end) {
            int head = work == null ? 0 : work.headLength;
            work().keepIn(in, at, head != 0 ? at + head : end, service.buffers);
        }
        if (!written) {
            become(Phase.WRITING, nowNs + service.patience.writeNs());
        } else {
            settle(at > 0, nowNs);
        }
    }

    /// Takes the next request, or goes on with one whose content has not all come.
    ///
    /// @return what is not done with, or [#MORE] if nothing can be done before more comes
    private int step(ByteBuffer in, int at, int end, long nowNs) throws IOException {
        Work mine = work;
        if (mine != null && mine.headLength != 0) {
            int headEnd = at + mine.headLength;
            service.parser.parse(in, at, headEnd, service.request);
            return content(mine, in, mine.content.drain(in, headEnd, end), end, nowNs);
        }
        Request request = service.request;
        int bound = service.limits.headLength();
        int headEnd = service.parser.parse(in, at, end, request);
        if (headEnd == RequestParser.INCOMPLETE && end - at < bound) {
            return MORE;
        }
        if (headEnd == RequestParser.REFUSED) {
            return refuse(request.refusal, end);
        }
        if (headEnd == RequestParser.INCOMPLETE || headEnd - at > bound) {
            return refuse(Status.HEADER_FIELDS_TOO_LARGE, end);
        }
        if (request.hasContent()) {
            return contentBegins(in, at, headEnd, end, nowNs);
        }
        answer(in, request, nowNs);
        return headEnd;
    }

    private int contentBegins(ByteBuffer in, int at, int headEnd, int end, long nowNs) throws IOException {
        Request request = service.request;
        Work mine = work();
        mine.content.begin(request, service.limits.contentLength());
        mine.headLength = headEnd - at;
        if (request.expectContinue && headEnd == end && !mine.content.tooLarge()) {
            if (request.method == Method.CONNECT
                    || request.method == Method.REFUSED
                    || request.method == Method.UNKNOWN) {
                // The answer is known. Whether the content still comes is not, so the connection ends.
                mine.headLength = 0;
                after = After.LINGER;
                answer(in, request, nowNs);
                return end;
            }
            service.responder.goOn();
        }
        return content(mine, in, mine.content.drain(in, headEnd, end), end, nowNs);
    }

    /// Content was read off as far as `rest`.
    private int content(Work mine, ByteBuffer in, int rest, int end, long nowNs) throws IOException {
        if (mine.content.tooLarge() || mine.content.broken()) {
            Status status = mine.content.broken() ? Status.BAD_REQUEST : Status.CONTENT_TOO_LARGE;
            mine.headLength = 0;
            return refuse(status, end);
        }
        if (!mine.content.done()) {
            return MORE;
        }
        mine.headLength = 0;
        answer(in, service.request, nowNs);
        return rest;
    }

    private void answer(ByteBuffer in, Request request, long nowNs) throws IOException {
        boolean persistent = after == After.STAY && request.persistent() && !service.leaving;
        Transfer transfer = service.responder.answer(in, request, persistent, nowNs);
        if (transfer != null) {
            work().transfer = transfer;
        }
        if (!persistent && after == After.STAY) {
            after = After.CLOSE;
        }
    }

    private int refuse(Status status, int end) {
        service.responder.refuse(status, service.request, false);
        after = After.LINGER;
        return end;
    }

    /// Writes what lies in the buffer, and content after it.
    ///
    /// @return whether that was all; if not, the rest is kept
    private boolean flush() throws IOException {
        ByteBuffer out = service.out;
        Work mine = work;
        for (int turn = 0; turn < TURNS; turn++) {
            Transfer transfer = mine == null ? null : mine.transfer;
            int content = transfer == null ? 0 : transfer.fill(out);
            if (out.position() > 0) {
                out.flip();
                channel.write(out);
                int left = out.remaining();
                if (left > 0) {
                    int back = Math.min(left, content);
                    if (transfer != null) {
                        transfer.back(back);
                    }
                    if (left > back) {
                        work().keepOut(out, left - back, service.buffers);
                    }
                    out.clear();
                    return false;
                }
                out.clear();
            }
            if (mine == null || transfer == null) {
                return true;
            }
            if (transfer.done()) {
                mine.transfer = null;
                service.giveBack(transfer);
                return true;
            }
        }
        return false;
    }

    private void writeOn(long nowNs) throws IOException {
        Work mine = work();
        ByteBuffer rest = mine.out;
        if (rest != null) {
            int count = channel.write(rest);
            if (rest.hasRemaining()) {
                if (count > 0) {
                    become(Phase.WRITING, nowNs + service.patience.writeNs());
                }
                return;
            }
            mine.out = null;
            service.buffers.give(rest);
        }
        if (!flush()) {
            become(Phase.WRITING, nowNs + service.patience.writeNs());
        } else if (after != After.STAY) {
            settle(true, nowNs);
        } else {
            // Requests may have come before the channel was full; the next are read when these are answered.
            phase = Phase.IDLE;
            key.interestOps(SelectionKey.OP_READ);
            service.in.clear();
            process(service.in, mine.unfold(service.in, service.buffers), nowNs);
        }
    }

    /// Waits for what comes next, all being written.
    ///
    /// @param progress whether a request was answered in this pass
    private void settle(boolean progress, long nowNs) throws IOException {
        if (after == After.CLOSE) {
            close();
            return;
        }
        if (after == After.LINGER) {
            dropWork();
            channel.shutdownOutput();
            become(Phase.LINGERING, nowNs + service.patience.lingerNs());
            return;
        }
        Work mine = work;
        if (mine == null || mine.isEmpty()) {
            dropWork();
            become(Phase.IDLE, nowNs + service.patience.idleNs());
        } else if (mine.headLength != 0) {
            become(Phase.CONTENT, nowNs + service.patience.contentNs());
        } else {
            // The time for a head runs from its first octet.
            become(Phase.HEAD, phase == Phase.HEAD && !progress ? deadlineNs : nowNs + service.patience.headNs());
        }
    }

    private void become(Phase after, long untilNs) {
        boolean wrote = phase == Phase.WRITING;
        boolean writes = after == Phase.WRITING;
        phase = after;
        if (wrote != writes) {
            key.interestOps(writes ? SelectionKey.OP_WRITE : SelectionKey.OP_READ);
        }
        service.wheel.schedule(this, untilNs);
    }

    private Work work() {
        Work mine = work;
        if (mine == null) {
            mine = service.work();
            work = mine;
        }
        return mine;
    }

    private void dropWork() throws IOException {
        Work mine = work;
        work = null;
        if (mine != null) {
            service.giveBack(mine);
        }
    }

    private void linger() throws IOException {
        ByteBuffer in = service.in;
        in.clear();
        if (channel.read(in) < 0) {
            close();
        }
    }

    /// Its deadline is over.
    void expire(long nowNs) {
        try {
            if (phase == Phase.HEAD || phase == Phase.CONTENT) {
                service.setDate(nowNs);
                service.out.clear();
                service.request.clear();
                refuse(Status.REQUEST_TIMEOUT, 0);
                if (flush()) {
                    settle(true, nowNs);
                    return;
                }
            }
        } catch (IOException gone) {
            // It is closed in any case.
        }
        close();
    }

    /// Ends as soon as nothing is unfinished.
    void leave() {
        if (phase == Phase.IDLE || phase == Phase.LINGERING) {
            close();
        }
    }

    private void close() {
        if (phase == Phase.CLOSED) {
            return;
        }
        phase = Phase.CLOSED;
        service.wheel.remove(this);
        try {
            dropWork();
            channel.close();
        } catch (IOException failure) {
            // The channel is gone, which is all that is asked for.
        }
        service.gate.leave();
    }
}
