package netkeep.ring;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/// The consumer's last look before it sleeps, and the producer's question after it published, never pass each other.
@JCStressTest
@Outcome(id = "true, true", expect = ACCEPTABLE, desc = "Slept, and is woken.")
@Outcome(id = "false, .*", expect = ACCEPTABLE, desc = "Saw the item and stayed awake.")
@Outcome(id = "true, false", expect = FORBIDDEN, desc = "Sleeps beside an item for ever.")
@State
public class WakeStress extends StressRing {
    @Actor
    public void consume(ZZ_Result seen) {
        seen.r1 = maySleep();
    }

    @Actor
    public void produce(ZZ_Result seen) {
        give(7);
        producer.publish();
        seen.r2 = producer.mustWake();
    }
}
