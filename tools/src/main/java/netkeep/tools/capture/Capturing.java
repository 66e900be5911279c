package netkeep.tools.capture;

import java.io.IOException;
import java.io.PrintWriter;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import netkeep.domain.Shared;
import netkeep.linux.Descriptors;
import netkeep.linux.LinuxException;
import netkeep.linux.Poller;
import netkeep.placement.Boundary;
import netkeep.placement.CaptureWish;
import netkeep.placement.Crossing;
import netkeep.ring.CaptureReader;
import netkeep.ring.CaptureWriter;
import netkeep.ring.PeerViolation;
import netkeep.ring.Region;
import netkeep.tools.status.Daemon;
import netkeep.wire.VirtioNetHeader;
import org.jspecify.annotations.Nullable;

/// Reads what a daemon's domains copy to their capture regions, as long as it says that it wishes to see it.
final class Capturing {
    /// How often the wish is said: a successor of whoever died hears of it soon.
    private static final long AGAIN_NS = TimeUnit.MILLISECONDS.toNanos(250);

    /// How long to sleep when nothing comes: the regions hold what comes meanwhile.
    private static final long PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(2);

    /// What is read before the sink is flushed.
    private static final int BATCH = 256;

    /// A region, and the process that writes there.
    private static final class Source {
        private final CaptureReader reader;
        private long writer;

        private Source(CaptureReader reader) {
            this.reader = reader;
            this.writer = reader.writer();
        }
    }

    private final Daemon daemon;
    private final CaptureWish wish;
    private final Sink sink;
    private final PrintWriter err;
    private final Poller nothing = new Poller(1);
    private final Crossing crossing = new Crossing();
    private final List<Source> sources = new ArrayList<>();
    private long left;
    private long count;
    private volatile boolean ended;

    /// Why nobody hears the wish any more.
    private volatile @Nullable IOException gone;

    /// @param most how many are written at most
    Capturing(Daemon daemon, CaptureWish wish, Sink sink, long most, PrintWriter err) {
        this.daemon = daemon;
        this.wish = wish;
        this.sink = sink;
        this.left = most;
        this.err = err;
    }

    /// Ends it soon, from any thread.
    void end() {
        ended = true;
    }

    /// Captures until it is told to end, enough is written, or nobody reads what is.
    ///
    /// @throws IOException if the daemon is gone
    void run() throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment data = arena.allocate(CaptureWriter.LONGEST, Long.BYTES);
            for (int descriptor : daemon.capture(wish.toString())) {
                Region region = Shared.map(arena, descriptor, CaptureWriter.LENGTH, false);
                sources.add(new Source(new CaptureReader(region, data)));
            }
            say("capturing at the boundary of the " + wish.boundary());
            // Whoever waits for the reader of what is written still wishes to see it.
            Thread again = Thread.ofPlatform().name("netkeep-wish").daemon().start(this::wishAgain);
            try {
                loop();
            } finally {
                ended = true;
                LockSupport.unpark(again);
                long dropped = sources.stream()
                        // Behind the last one that was asked for nobody misses any.
                        .mapToLong(each -> left == 0 ? each.reader.lost() : each.reader.lostAtEnd())
                        .sum();
                sink.end(count, dropped);
                sink.flush();
                say(count + " captured, " + dropped + " dropped");
            }
        }
    }

    private void loop() throws IOException {
        String failure = "";
        while (!ended && left > 0 && failure.isEmpty()) {
            IOException unheard = gone;
            if (unheard != null) {
                throw unheard;
            }
            int read = 0;
            for (Source source : sources) {
                read += read(source);
            }
            failure = sink.flush();
            if (read == 0) {
                nothing.await(PAUSE_NS);
            }
        }
        if (failure.isEmpty()) {
            lastLook();
        } else {
            say("nothing more can be written: " + failure);
        }
    }

    /// What has crossed when this is told to end is in it.
    private void lastLook() throws IOException {
        for (Source source : sources) {
            source.reader.end();
            while (left > 0 && !source.reader.ended() && read(source) > 0) {}
        }
    }

    private void wishAgain() {
        try {
            for (LockSupport.parkNanos(AGAIN_NS); !ended; LockSupport.parkNanos(AGAIN_NS)) {
                for (int descriptor : daemon.capture(wish.toString())) {
                    Descriptors.close(descriptor);
                }
            }
        } catch (IOException nobody) {
            gone = nobody;
        } catch (LinuxException closed) {
            // The line is, as this ends; whatever else it was ends the capture.
            gone = new IOException(closed);
        }
    }

    private int read(Source source) throws IOException {
        long writer = source.reader.writer();
        if (writer != source.writer) {
            say("process " + source.writer + " is dead, and " + writer
                    + " goes on: what crossed before that one heard of this capture is not in it");
            source.writer = writer;
        }
        int read = 0;
        try {
            while (read < BATCH && left > 0 && source.reader.next()) {
                read++;
                take(source.reader);
            }
        } catch (PeerViolation broken) {
            throw new IOException("a domain's capture region: " + broken.getMessage(), broken);
        }
        return read;
    }

    /// Others may wish to see other things.
    private void take(CaptureReader reader) {
        Boundary boundary = Boundary.of(reader.boundary());
        boolean session = boundary == Boundary.SESSION;
        int before = session ? Crossing.SESSION_HEAD : VirtioNetHeader.LENGTH;
        int there = reader.captured() - before;
        if (there < 0) {
            return;
        }
        if (session) {
            crossing.session(reader.data(), 0, reader.captured(), reader.way() == CaptureWriter.UP);
        } else {
            crossing.frame(reader.data(), before, there);
        }
        if (wish.takes(boundary, crossing)) {
            sink.write(reader, Math.min(there, wish.octets()));
            count++;
            left--;
        }
    }

    private void say(String what) {
        err.println("netkeep: " + what);
        err.flush();
    }
}
