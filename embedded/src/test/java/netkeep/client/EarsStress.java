package netkeep.client;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import netkeep.session.Event;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/// A process that makes a socket its own and sleeps, and a stack that tells of this socket, never pass each other.
@JCStressTest
@Outcome(id = "true, true", expect = ACCEPTABLE, desc = "Sleeps, and is woken.")
@Outcome(id = "false, .*", expect = ACCEPTABLE, desc = "Saw the event and stays awake.")
@Outcome(id = "true, false", expect = FORBIDDEN, desc = "Sleeps beside an event that concerns it for ever.")
@State
public class EarsStress extends StressSession {
    /// The bit of this process, as [Session#maySleep] has it, and of another one.
    private static final int MINE = 1;

    private static final int ANOTHERS = 2;

    public EarsStress() {
        ours.u16(LAYOUT.ears(SOCKET), ANOTHERS);
    }

    @Actor
    public void sleep(ZZ_Result seen) {
        ours.u16(LAYOUT.ears(SOCKET), MINE | ANOTHERS);
        seen.r1 = session.maySleep();
    }

    @Actor
    public void tell(ZZ_Result seen) {
        sockets.tell(index, Event.READ);
        turn();
        seen.r2 = attachment.mustWake();
    }
}
