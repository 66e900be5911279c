package netkeep.sim;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// One direction of a wire: a queue, a rate, and the weather on the way.
///
/// ```text
/// send -> cut? -> censor -> lost? -> room? -> marked? -> [queue at rate] -> delay, jitter, held back, turned bit ->
/// receiver
///                                                                      \-> once more
/// ```
///
/// A pipe knows no protocol. It draws from a source of luck of its own, and keeps copies: what was sent is the
/// sender's again at once.
public final class Pipe {
    private static final long SECOND_NS = 1_000_000_000;
    private static final int OCTET = 8;

    /// Looks at a frame as it is sent, and may change it.
    @FunctionalInterface
    public interface Censor {
        /// Whether the frame may pass.
        boolean passes(MemorySegment frames, long at, int length);
    }

    /// Marks a frame that found the queue long, if it is one that can be marked.
    @FunctionalInterface
    public interface Marker {
        void mark(MemorySegment frames, long at, int length);
    }

    private final World world;
    private final SplittableRandom luck;
    private final int prefix;
    private Weather weather;
    private @Nullable Receiver receiver;
    private @Nullable Censor censor;
    private @Nullable Marker marker;
    private boolean cut;
    private boolean losing;
    /// When the queue is empty.
    private long idleNs;
    /// Before this no frame arrives that was not held back: later ones do not overtake.
    private long orderNs;

    private long sent;
    private long arrived;
    private long lost;
    private long dropped;
    private long marked;

    public Pipe(World world, Weather weather, Receiver receiver) {
        this(world, weather, 0);
        to(receiver);
    }

    /// @param prefix octets at the beginning of each frame that describe it and do not travel: they take no time and
    ///               are never corrupted
    public Pipe(World world, Weather weather, int prefix) {
        this.world = world;
        this.luck = world.luck().split();
        this.weather = weather;
        this.prefix = prefix;
    }

    /// Says where the pipe ends.
    public void to(Receiver end) {
        receiver = end;
    }

    public Weather weather() {
        return weather;
    }

    /// Changes the weather; what is under way keeps the one in which it set out.
    public void weather(Weather next) {
        weather = next;
        losing = false;
    }

    /// From now on nothing that is sent arrives.
    public void cut() {
        cut = true;
    }

    public void mend() {
        cut = false;
    }

    /// Lets `next` look at each frame before anything else happens to it; null for nobody.
    public void censor(@Nullable Censor next) {
        censor = next;
    }

    public void marker(@Nullable Marker next) {
        marker = next;
    }

    public void send(byte[] frame) {
        send(MemorySegment.ofArray(frame), 0, frame.length);
    }

    /// Sends a frame; `frames` is only read.
    public void send(MemorySegment frames, long at, int length) {
        sent++;
        if (cut) {
            lost++;
        } else {
            sendOn(copy(frames, at, length), length);
        }
    }

    /// Sends the frame that arrives at this moment on, and not a copy of it: nobody looks at it any more.
    void forward(MemorySegment frames, long at, int length) {
        Frames.Frame frame = world.frames().takeArriving(frames, at, length);
        if (frame == null) {
            send(frames, at, length);
        } else {
            send(frame, length);
        }
    }

    /// Sends a frame itself, and not a copy of it.
    void send(Frames.Frame frame, int length) {
        sent++;
        if (cut) {
            lost++;
            world.frames().give(frame);
        } else {
            frame.length = length;
            frame.pipe = this;
            sendOn(frame, length);
        }
    }

    private void sendOn(Frames.Frame frame, int length) {
        Censor looks = censor;
        if (looks != null && !looks.passes(frame.memory, 0, length) || loses()) {
            lost++;
            world.frames().give(frame);
            return;
        }
        long nowNs = world.nowNs();
        long departNs = nowNs;
        if (weather.rate() != 0) {
            departNs = queue(frame, nowNs);
            if (departNs == World.NEVER) {
                dropped++;
                world.frames().give(frame);
                return;
            }
        }
        if (luck(weather.repetition())) {
            Frames.Frame again = copy(frame.memory, 0, length);
            deliver(frame, departNs);
            deliver(again, departNs);
        } else {
            deliver(frame, departNs);
        }
    }

    /// Octets that wait now, the frame under way included.
    public long queued() {
        return weather.rate() == 0 ? 0 : octetsIn(Math.max(0, idleNs - world.nowNs()));
    }

    /// Frames that were sent.
    public long sent() {
        return sent;
    }

    /// Frames that arrived, repetitions counted.
    public long arrived() {
        return arrived;
    }

    /// Frames that the weather, a cut or the censor took.
    public long lost() {
        return lost;
    }

    /// Frames that found no room in the queue.
    public long dropped() {
        return dropped;
    }

    /// Frames that were shown to the marker.
    public long marked() {
        return marked;
    }

    /// The end of a frame's way.
    void arrives(Frames.Frame frame) {
        arrived++;
        Receiver end = receiver;
        if (end == null) {
            throw new IllegalStateException("a pipe that ends nowhere");
        }
        world.frames().arriving(frame);
        end.arrives(frame.memory, 0, frame.length, world.nowNs());
        world.frames().arrived();
    }

    private Frames.Frame copy(MemorySegment frames, long at, int length) {
        Frames.Frame frame = world.frames().take(length);
        MemorySegment.copy(frames, at, frame.memory, 0, length);
        frame.length = length;
        frame.pipe = this;
        return frame;
    }

    /// A chain of two states (Gilbert): while it loses, it loses all, and stops with 1/run a frame.
    private boolean loses() {
        double loss = weather.loss();
        if (loss == 0) {
            return false;
        }
        double run = weather.lossRun();
        if (run == 1 || loss == 1) {
            return luck(loss);
        }
        losing = losing ? luck.nextDouble() >= 1 / run : luck.nextDouble() < loss / (run * (1 - loss));
        return losing;
    }

    /// When the frame has left the queue, or [World#NEVER] if there is no room.
    private long queue(Frames.Frame frame, long nowNs) {
        long octets = Math.max(0, frame.length - prefix);
        long queued = octetsIn(Math.max(0, idleNs - nowNs));
        if (queued + octets > weather.queueLength()) {
            return World.NEVER;
        }
        Marker marks = marker;
        if (queued > weather.markAbove() && marks != null) {
            marked++;
            marks.mark(frame.memory, 0, frame.length);
        }
        idleNs = Math.max(idleNs, nowNs) + octets * OCTET * SECOND_NS / weather.rate();
        return idleNs;
    }

    /// How many octets leave within `durationNs`.
    private long octetsIn(long durationNs) {
        // In doubles: rates of 10^11 times an hour do not fit in a long.
        return Math.round((double) durationNs * weather.rate() / OCTET / SECOND_NS);
    }

    private void deliver(Frames.Frame frame, long departNs) {
        long arriveNs = departNs + weather.delayNs();
        if (weather.jitterNs() != 0) {
            arriveNs += luck.nextLong(weather.jitterNs() + 1);
        }
        if (luck(weather.reordering())) {
            arriveNs = Math.max(arriveNs, orderNs) + luck.nextLong(weather.holdNs() + 1);
        } else {
            arriveNs = Math.max(arriveNs, orderNs);
            orderNs = arriveNs;
        }
        if (frame.length > prefix && luck(weather.corruption())) {
            int bit = luck.nextInt(OCTET * (frame.length - prefix));
            int at = prefix + bit / OCTET;
            byte octet = frame.memory.get(ValueLayout.JAVA_BYTE, at);
            frame.memory.set(ValueLayout.JAVA_BYTE, at, (byte) (octet ^ 0x80 >> bit % OCTET));
        }
        world.at(arriveNs, frame);
    }

    private boolean luck(double share) {
        return share != 0 && luck.nextDouble() < share;
    }
}
