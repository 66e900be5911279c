package netkeep.client;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.io.IOException;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/// A client that moves rcv.head, and a stack that sets rcv.wake to where it has moved, never pass each other.
@JCStressTest
@Outcome(id = "true, .*", expect = ACCEPTABLE, desc = "Read, and said so.")
@Outcome(id = "false, true", expect = ACCEPTABLE, desc = "Read, and the stack has seen it.")
@Outcome(id = "false, false", expect = FORBIDDEN, desc = "The peer is never told of the room.")
@State
public class ReadStress extends StressSession {
    @Actor
    public void read(ZZ_Result seen) {
        try {
            connection.taken(READABLE);
        } catch (IOException broken) {
            throw new AssertionError(broken);
        }
        seen.r1 = asked();
    }

    @Actor
    public void promise(ZZ_Result seen) {
        sockets.open(index, record);
        record.rcvWake(READABLE);
        seen.r2 = turn();
    }
}
