package netkeep.engine.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import netkeep.sim.Rfc;
import netkeep.wire.TcpHeader;
import org.junit.jupiter.api.Test;

/// A listener whose half-open connections are all taken: RFC 4987 §3.6.
class SynCookieTest {
    private static final int FLOOD = 2_000;

    private static Conversation flooded(String options) {
        Conversation conversation = Scenario.v4().begin().play(". listen 8");
        for (int port = 1; port <= FLOOD; port++) {
            conversation.play("< SYN seq=0 from=" + port + " " + options + "\n...");
            conversation.peer.segments().clear();
        }
        return conversation;
    }

    @Rfc("4987 3.6 flood")
    @Test
    void honestClientGetsThroughAFlood() {
        Conversation conversation = flooded("mss=1460");
        conversation.play("""
                < SYN seq=0 mss=1000
                > SYN,ACK seq=0 ack=1
                < ACK seq=1 ack=1
                . accept
                ESTABLISHED
                . send 3000
                ...
                """);
        // A cookie has few bits for the segment size: it is rounded down.
        int length = conversation.taken().length();
        assertTrue(length >= 536 && length <= 1000, "segment of " + length);
    }

    /// Its first SYN found no room, the same once more did, and who sent them took the first answer.
    @Test
    void cookieIsGoodThoughItsSynCameAgain() {
        Conversation conversation = flooded("mss=1460");
        conversation.play("< SYN seq=0 mss=1460\n...");
        int cookie = conversation.taken().seq + 1;
        conversation.play("< RST seq=1 from=1\n< SYN seq=0 mss=1460\n...");
        assertNotEquals(cookie, conversation.taken().seq + 1, "this one is in the table");
        conversation.play("""
                < ACK seq=1 rawack=%d
                . accept
                ESTABLISHED
                """.formatted(cookie));
    }

    @Test
    void wrongCookieIsReset() {
        Conversation conversation = flooded("mss=1460");
        conversation.play("""
                < ACK seq=1 rawack=12345 from=30001
                > RST rawseq=12345
                . nothing-to-accept
                """);
    }

    @Test
    void cookieOfAnotherFlowIsReset() {
        Conversation conversation = flooded("mss=1460");
        conversation.play("< SYN seq=0 mss=1460 from=30001\n...");
        int cookie = conversation.taken().seq + 1;
        conversation.play(
                "< ACK seq=1 rawack=%d from=30002\n> RST rawseq=%d\n. nothing-to-accept".formatted(cookie, cookie));
    }

    @Test
    void oldCookieIsReset() {
        Conversation conversation = flooded("mss=1460");
        conversation.play("< SYN seq=0 mss=1460 from=30001\n...");
        int cookie = conversation.taken().seq + 1;
        conversation.world.run(600_000_000_000L);
        conversation.peer.segments().clear();
        conversation.play(
                "< ACK seq=1 rawack=%d from=30001\n> RST rawseq=%d\n. nothing-to-accept".formatted(cookie, cookie));
    }

    @Test
    void cookiesCannotBeForetold() {
        Conversation conversation = flooded("mss=1460");
        List<Integer> cookies = new ArrayList<>();
        for (int port = 30_000; port < 30_064; port++) {
            conversation.play("< SYN seq=0 mss=1460 from=" + port + "\n...");
            cookies.add(conversation.taken().seq >>> 16);
        }
        assertTrue(cookies.stream().distinct().count() > 56);
    }

    @Test
    void optionsSurviveInTheTimestamp() {
        Conversation conversation = flooded("mss=1460 ts=5");
        conversation.play("""
                < SYN seq=0 mss=1460 wscale=5 sackOK ts=1000
                > SYN,ACK seq=0 ack=1
                """);
        Segment answer = conversation.last();
        assertTrue(answer.has(TcpHeader.ACK));
        conversation.play("""
                < ACK seq=1 ack=1
                . accept
                ESTABLISHED
                """);
        // If the answer promised them, the connection has them.
        conversation.play("< ACK seq=1001 ack=1 len=1000\n...");
        Segment ack = conversation.taken();
        assertEquals(answer.sackPermitted ? 1 : 0, ack.sacks.size());
        assertEquals(answer.hasTimestamps, ack.hasTimestamps);
    }
}
