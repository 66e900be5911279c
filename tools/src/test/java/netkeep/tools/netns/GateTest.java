package netkeep.tools.netns;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import netkeep.link.Link;
import netkeep.link.SimLink;
import org.junit.jupiter.api.Test;

/// Frames that waited until it was said what becomes of their flow.
class GateTest {
    private static final long MAC = 0x02_00_00_00_00_01L;

    @Test
    void frameThatIsLetInIsDueAtOnce() {
        SimLink.Pair wire = SimLink.pair(SimLink.Settings.DEFAULT, MAC, MAC + 1);
        try (Gate gate = new Gate(wire.left(), Gateway.ROUTER_4, (flow, frame) -> true);
                Arena arena = Arena.ofConfined()) {
            MemorySegment frames = arena.allocate(gate.maxFrame());
            byte[] frame = {1, 2, 3};
            assertEquals(Link.NEVER, gate.deadlineNs());
            gate.pass(frame);
            assertEquals(0, gate.deadlineNs());
            assertEquals(frame.length, gate.receive(frames, 0, gate.maxFrame()));
            assertArrayEquals(frame, frames.asSlice(0, frame.length).toArray(ValueLayout.JAVA_BYTE));
            assertEquals(Link.NEVER, gate.deadlineNs());
            assertEquals(0, gate.receive(frames, 0, gate.maxFrame()));
        }
    }
}
