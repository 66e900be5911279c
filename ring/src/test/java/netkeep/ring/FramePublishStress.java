package netkeep.ring;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJ_Result;

/// A frame that is taken is whole, in order, and never seen before it was published.
@JCStressTest
@Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "Nothing there yet.")
@Outcome(id = "7, 8", expect = ACCEPTABLE, desc = "Both, whole.")
@Outcome(id = "0, 7", expect = ACCEPTABLE, desc = "Published between the two looks.")
@Outcome(expect = FORBIDDEN, desc = "A frame that is torn, stale or out of order.")
@State
public class FramePublishStress extends StressFrames {
    public FramePublishStress() {
        super(0);
    }

    @Actor
    public void produce() {
        give(7);
        give(8);
        producer.publish();
    }

    @Actor
    public void consume(JJ_Result seen) {
        seen.r1 = take();
        seen.r2 = take();
    }
}
