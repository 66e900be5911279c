package netkeep.ring;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJ_Result;

/// A frame that the consumer still reads is never written over: the producer waits for the release.
@JCStressTest
@Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "The ring was still full.")
@Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "There was room again, after it was read.")
@Outcome(expect = FORBIDDEN, desc = "Written over while it was read.")
@State
public class FrameReuseStress extends StressFrames {
    public FrameReuseStress() {
        super(FRAMES);
    }

    @Actor
    public void consume(JJ_Result seen) {
        seen.r1 = take();
        consumer.release();
    }

    @Actor
    public void produce(JJ_Result seen) {
        if (give(99)) {
            seen.r2 = 1;
        }
    }
}
