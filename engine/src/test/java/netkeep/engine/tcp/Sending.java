package netkeep.engine.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import netkeep.engine.sim.Conversation;
import netkeep.engine.sim.Scenario;
import netkeep.engine.sim.Segment;

/// A conversation in which the engine is the sender, and what it has sent.
final class Sending {
    static final int MSS = 1000;

    final Conversation conversation;

    private Sending(Conversation conversation) {
        this.conversation = conversation;
    }

    /// A connection whose round trip was measured as 20 ms: ten segments went, so that the next number is 10001.
    static Sending measured(Scenario scenario, String options) {
        Sending sending = new Sending(scenario.begin().established("mss=1000 " + options));
        sending.give(10 * MSS);
        assertEquals(10, sending.taken().size());
        sending.conversation.play("+ 20ms\n< ACK seq=1 ack=10001");
        return sending;
    }

    /// As [#measured], with so many segments in flight from 10001 on.
    static Sending inFlight(String options, int segments) {
        return inFlight(Scenario.v4(), options, segments);
    }

    static Sending inFlight(Scenario scenario, String options, int segments) {
        Sending sending = measured(scenario, options);
        sending.give(segments * MSS);
        assertEquals(segments, sending.taken().size());
        return sending;
    }

    Sending give(int octets) {
        conversation.play(". send " + octets + "\n...");
        return this;
    }

    Sending play(String script) {
        conversation.play(script);
        return this;
    }

    /// Plays an arrival, and returns where the segments begin that it has caused.
    List<Integer> arrives(String segment) {
        conversation.play("< " + segment + "\n...");
        return taken();
    }

    /// Lets time pass until something is sent.
    ///
    /// @return how long that took, in milliseconds
    long waitMs() {
        long beganNs = conversation.world.nowNs();
        assertTrue(
                conversation.world.run(
                        TimeUnit.SECONDS.toNanos(10),
                        () -> !conversation.peer.segments().isEmpty()),
                "nothing is sent");
        return (conversation.world.nowNs() - beganNs + 500_000) / 1_000_000;
    }

    void passMs(long milliseconds) {
        conversation.world.run(TimeUnit.MILLISECONDS.toNanos(milliseconds));
    }

    /// Takes what was sent: where each segment begins.
    List<Integer> taken() {
        return segments().stream().map(each -> each.seq - conversation.iss()).toList();
    }

    /// Takes what was sent.
    List<Segment> segments() {
        List<Segment> segments = new ArrayList<>();
        conversation.now();
        while (!conversation.peer.segments().isEmpty()) {
            segments.add(conversation.taken());
        }
        return segments;
    }
}
