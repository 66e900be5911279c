package netkeep.bench;

import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import netkeep.domain.Doorbell;
import netkeep.linux.Epoll;
import netkeep.linux.Poller;
import netkeep.linux.Threads;

/// How long it takes until a side that sleeps has heard its doorbell.
final class Waking {
    private static final int TRIPS = 5_000;
    private static final int ROUNDS = 5;

    /// One side.
    private static final class Side {
        private final Doorbell bell;
        private final Epoll epoll = new Epoll(1);

        private Side(int voice, int ear) {
            bell = new Doorbell(voice, ear);
            epoll.add(ear, Epoll.EPOLLIN | Epoll.EPOLLET, 0);
        }

        private void sleep() {
            while (epoll.await(Poller.NEVER) < 1) {
                // Interrupted by a signal.
            }
        }

        private void close() {
            epoll.close();
            bell.close();
        }
    }

    private Waking() {}

    /// Microseconds from one side's ring until the other has taken notice, half of there and back; a median each round.
    ///
    /// @param core of the side that is woken; the other's is 0
    static Samples microseconds(int core) throws IOException, InterruptedException {
        double[] rounds = new double[ROUNDS];
        for (int round = -1; round < ROUNDS; round++) {
            rounds[Math.max(round, 0)] = round(core);
        }
        return new Samples(rounds);
    }

    private static double round(int core) throws IOException, InterruptedException {
        int[] ends = Doorbell.pair();
        Side near = new Side(ends[0], ends[1]);
        Side far = new Side(ends[2], ends[3]);
        try {
            FutureTask<Void> answering = new FutureTask<>(() -> answer(far, core), null);
            FutureTask<double[]> asking = new FutureTask<>(() -> ask(near));
            Thread.ofPlatform().start(answering);
            Thread.ofPlatform().start(asking);
            double[] trips = asking.get();
            answering.get();
            return new Samples(trips).median();
        } catch (ExecutionException failure) {
            throw new IOException("a doorbell was not heard", failure);
        } finally {
            near.close();
            far.close();
        }
    }

    private static double[] ask(Side side) {
        Threads.affinity(0);
        double[] trips = new double[TRIPS];
        for (int i = 0; i < TRIPS; i++) {
            long beganNs = System.nanoTime();
            side.bell.ring();
            side.sleep();
            trips[i] = (System.nanoTime() - beganNs) / 2e3;
        }
        return Arrays.copyOfRange(trips, TRIPS / 5, TRIPS);
    }

    private static void answer(Side side, int core) {
        Threads.affinity(core);
        for (int i = 0; i < TRIPS; i++) {
            side.sleep();
            side.bell.ring();
        }
    }
}
