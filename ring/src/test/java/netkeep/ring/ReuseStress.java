package netkeep.ring;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJ_Result;

/// A slot that the consumer still reads is never written: the producer waits for the release.
@JCStressTest
@Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "The ring was still full.")
@Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "The slot was free again, after it was read.")
@Outcome(expect = FORBIDDEN, desc = "Written over while it was read.")
@State
public class ReuseStress extends StressRing {
    public ReuseStress() {
        super(CAPACITY);
    }

    @Actor
    public void consume(JJ_Result seen) {
        seen.r1 = take();
        consumer.release();
    }

    @Actor
    public void produce(JJ_Result seen) {
        if (hasRoom()) {
            give(99);
            seen.r2 = 1;
        }
    }
}
