package netkeep.bench;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.BooleanSupplier;
import netkeep.linux.Threads;
import netkeep.ring.Consumer;
import netkeep.ring.FrameConsumer;
import netkeep.ring.FrameProducer;
import netkeep.ring.PeerViolation;
import netkeep.ring.Producer;
import netkeep.ring.Region;
import netkeep.session.SessionLayout;

/// How long a descriptor takes across a boundary while both sides are busy, each on a core of its own.
///
/// The rings are those of the domains. Each side does what it does there for a batch: the giving one publishes and asks
/// whether it must wake, the taking one checks, reads and gives the room back.
final class Crossing {
    private static final int COUNT = 1 << 20;
    private static final int ROUNDS = 5;
    private static final int CAPACITY = 1 << 10;

    /// Octets of a frame: the shortest.
    private static final int FRAME = 64;

    private static final int FRAMES = 1 << 18;

    /// Lays down one descriptor, and answers whether there was room.
    private interface Giver {
        boolean give(long number) throws PeerViolation;
    }

    /// Takes one descriptor, and answers what was laid down; -1 while there is none.
    private interface Taker {
        long take() throws PeerViolation;
    }

    private final Giver giver;
    private final Runnable publishing;
    private final BooleanSupplier mustWake;
    private final Taker taker;
    private final Runnable release;

    private Crossing(Giver giver, Runnable publishing, BooleanSupplier mustWake, Taker taker, Runnable release) {
        this.giver = giver;
        this.publishing = publishing;
        this.mustWake = mustWake;
        this.taker = taker;
        this.release = release;
    }

    /// A request of a session.
    static Crossing ofSession() {
        Region giving = region(Producer.length(CAPACITY, SessionLayout.REQUEST));
        Region taking = region(Producer.CONSUMER_LENGTH);
        Producer producer = new Producer(giving, 0, taking, 0, CAPACITY, SessionLayout.REQUEST, 0);
        Consumer consumer = new Consumer(taking, 0, giving, 0, CAPACITY, SessionLayout.REQUEST, 0);
        Giver giver = number -> {
            long at = producer.free();
            if (at < 0) {
                return false;
            }
            giving.i64(at, number);
            producer.give();
            return true;
        };
        Taker taker = () -> {
            long at = consumer.take();
            return at == Consumer.EMPTY ? -1 : giving.i64(at);
        };
        return new Crossing(giver, producer::publish, producer::mustWake, taker, consumer::release);
    }

    /// A frame between link and stack.
    static Crossing ofLink() {
        Region giving = region(FrameProducer.length(FRAMES));
        Region taking = region(FrameProducer.CONSUMER_LENGTH);
        FrameProducer producer = new FrameProducer(giving, 0, taking, 0, FRAMES, 0);
        FrameConsumer consumer = new FrameConsumer(taking, 0, giving, 0, FRAMES, FRAME, 0);
        Giver giver = number -> {
            long at = producer.free(FRAME);
            if (at < 0) {
                return false;
            }
            giving.i64(at, number);
            producer.give(FRAME);
            return true;
        };
        Taker taker = () -> {
            long at = consumer.take();
            return at == FrameConsumer.EMPTY ? -1 : giving.i64(at);
        };
        return new Crossing(giver, producer::publish, producer::mustWake, taker, consumer::release);
    }

    private static Region region(long length) {
        return new Region(Arena.ofAuto().allocate(length, 4096));
    }

    /// Nanoseconds for each descriptor, round by round.
    ///
    /// @param batch how many are published, and given back, at once
    Samples nanoseconds(int batch) throws IOException, InterruptedException {
        double[] rounds = new double[ROUNDS];
        // The first is for the compiler.
        for (int round = -1; round < ROUNDS; round++) {
            FutureTask<Void> giving = new FutureTask<>(() -> giveAll(batch), null);
            FutureTask<Void> taking = new FutureTask<>(() -> takeAll(batch), null);
            long beganNs = System.nanoTime();
            Thread.ofPlatform().start(taking);
            Thread.ofPlatform().start(giving);
            try {
                giving.get();
                taking.get();
            } catch (ExecutionException failure) {
                throw new IOException("a ring did not carry what was laid down", failure);
            }
            rounds[Math.max(round, 0)] = (System.nanoTime() - beganNs) / (double) COUNT;
        }
        return new Samples(rounds);
    }

    private void giveAll(int batch) {
        Threads.affinity(0);
        try {
            for (int given = 0; given < COUNT; ) {
                for (int i = 0; i < batch && given < COUNT; i++) {
                    while (!giver.give(given)) {
                        Thread.onSpinWait();
                    }
                    given++;
                }
                publishing.run();
                if (mustWake.getAsBoolean()) {
                    throw new IllegalStateException("the other side never sleeps");
                }
            }
        } catch (PeerViolation broken) {
            throw new IllegalStateException(broken);
        }
    }

    private void takeAll(int batch) {
        Threads.affinity(1);
        try {
            int held = 0;
            for (int taken = 0; taken < COUNT; ) {
                long found = taker.take();
                if (found < 0) {
                    release.run();
                    held = 0;
                    Thread.onSpinWait();
                } else if (found != taken) {
                    throw new IllegalStateException("descriptor " + found + " in place of " + taken);
                } else {
                    taken++;
                    held++;
                    if (held == batch) {
                        release.run();
                        held = 0;
                    }
                }
            }
            release.run();
        } catch (PeerViolation broken) {
            throw new IllegalStateException(broken);
        }
    }
}
