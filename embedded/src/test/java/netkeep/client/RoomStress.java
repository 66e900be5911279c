package netkeep.client;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.nio.channels.SelectionKey;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/// A client that sets snd.wake and finds no room, and a stack that makes some, never pass each other.
@JCStressTest
@Outcome(id = "true, true", expect = ACCEPTABLE, desc = "Waits, and is told.")
@Outcome(id = "false, .*", expect = ACCEPTABLE, desc = "Saw the room.")
@Outcome(id = "true, false", expect = FORBIDDEN, desc = "Waits beside a third of its buffer for ever.")
@State
public class RoomStress extends StressSession {
    @Actor
    public void write(ZZ_Result seen) {
        seen.r1 = connection.readyOps(SelectionKey.OP_WRITE) == 0;
    }

    @Actor
    public void acknowledge(ZZ_Result seen) {
        sockets.open(index, record);
        record.sndHead(BUFFER / 3);
        seen.r2 = turn();
    }
}
