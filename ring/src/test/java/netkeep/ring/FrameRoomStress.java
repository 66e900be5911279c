package netkeep.ring;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/// The producer's last look before it waits for room, and the consumer's question after it gave some back, never pass
/// each other.
@JCStressTest
@Outcome(id = "true, true", expect = ACCEPTABLE, desc = "Waits, and is woken.")
@Outcome(id = "false, .*", expect = ACCEPTABLE, desc = "Saw the room and went on.")
@Outcome(id = "true, false", expect = FORBIDDEN, desc = "Waits beside an empty ring for ever.")
@State
public class FrameRoomStress extends StressFrames {
    public FrameRoomStress() {
        super(FRAMES);
    }

    @Actor
    public void produce(ZZ_Result seen) {
        seen.r1 = mayWait();
    }

    @Actor
    public void consume(ZZ_Result seen) {
        take();
        consumer.release();
        seen.r2 = consumer.mustWake();
    }
}
