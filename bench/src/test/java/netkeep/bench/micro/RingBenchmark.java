package netkeep.bench.micro;

import java.lang.foreign.Arena;
import java.util.concurrent.TimeUnit;
import netkeep.ring.Consumer;
import netkeep.ring.PeerViolation;
import netkeep.ring.Producer;
import netkeep.ring.Region;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/// An item through a ring and its slot back again, both ends on one thread.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RingBenchmark {
    private static final int CAPACITY = 1024;
    private static final int ITEM = 16;
    private static final int BATCH = 32;

    private final Region producers = region(Producer.length(CAPACITY, ITEM));
    private final Region consumers = region(Producer.CONSUMER_LENGTH);
    private final Producer producer = new Producer(producers, 0, consumers, 0, CAPACITY, ITEM, 0);
    private final Consumer consumer = new Consumer(consumers, 0, producers, 0, CAPACITY, ITEM, 0);

    @Benchmark
    public long giveAndTake() throws PeerViolation {
        long at = producer.free();
        producers.i64(at, producer.position());
        producer.give();
        producer.publish();
        long value = producers.i64(consumer.take());
        consumer.release();
        return value;
    }

    /// Many at a time: published once, released once.
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public long giveAndTakeMany() throws PeerViolation {
        for (int i = 0; i < BATCH; i++) {
            producers.i64(producer.free(), producer.position());
            producer.give();
        }
        producer.publish();
        long sum = 0;
        for (int i = 0; i < BATCH; i++) {
            sum += producers.i64(consumer.take());
        }
        consumer.release();
        return sum;
    }

    private static Region region(long length) {
        return new Region(Arena.ofAuto().allocate(length, 64));
    }
}
