package netkeep.engine.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Set;
import netkeep.engine.sim.Conversation;
import netkeep.engine.sim.Scenario;
import netkeep.engine.sim.Segment;
import netkeep.engine.sim.SimClient;
import netkeep.engine.sim.SimHost;
import netkeep.session.Option;
import netkeep.sim.Rfc;
import netkeep.wire.Address;
import netkeep.wire.TcpHeader;
import org.junit.jupiter.api.Test;

/// What a user says when it opens, and what is chosen where it says nothing: RFC 9293 §3.9.1, RFC 6056.
class OpeningTest {
    private static final int EADDRINUSE = 98;
    private static final Address SECOND = SimHost.address4(2);

    /// A host with two addresses of one subnet.
    private static Conversation twoAddresses() {
        Conversation conversation = Scenario.v4().begin();
        conversation.host.engine().ip().addAddress(1, SECOND.hi(), SECOND.lo(), 24, conversation.world.nowNs());
        conversation.host.host().kick();
        conversation.world.run(10_000_000_000L);
        conversation.peer.segments().clear();
        return conversation;
    }

    private static int answer(Conversation conversation, int socket, int ticket) {
        conversation.host.host().kick();
        conversation.now();
        return conversation.client().answer(socket, ticket);
    }

    private static int open(Conversation conversation, int option) {
        SimClient client = conversation.client();
        int socket = client.open(6);
        assertEquals(0, answer(conversation, socket, client.option(socket, option, 1)));
        return socket;
    }

    /// Connects to the peer, and returns the SYN.
    private static Segment syn(Conversation conversation, int socket, Address to) {
        conversation.client().connect(socket, to.hi(), to.lo(), 7);
        conversation.host.host().kick();
        conversation.now();
        return conversation.taken();
    }

    @Rfc("9293 MUST-43")
    @Test
    void boundAddressIsTheSource() {
        Conversation conversation = twoAddresses();
        SimClient client = conversation.client();
        int socket = client.open(6);
        assertEquals(0, answer(conversation, socket, client.bind(socket, SECOND.hi(), SECOND.lo(), 0)));
        assertEquals(SECOND, syn(conversation, socket, conversation.remote).source);
    }

    @Rfc("9293 MUST-44")
    @Test
    void withoutOneIpChoosesTheSource() {
        Conversation conversation = twoAddresses();
        assertEquals(
                SimHost.address4(1), syn(conversation, conversation.client().open(6), conversation.remote).source);
        assertEquals(
                SimHost.address6(1), syn(conversation, conversation.client().open(6), SimHost.address6(9)).source);
    }

    /// Not the one that IP would choose.
    @Rfc("9293 MUST-45")
    @Test
    void connectionKeepsTheAddressThatItBeganWith() {
        Conversation conversation = twoAddresses().play(". listen");
        Segment syn = conversation.segment("SYN seq=0 mss=1000");
        syn.destination = SECOND;
        conversation.peer.send(syn);
        conversation.now();
        Segment answer = conversation.taken();
        assertEquals(SECOND, answer.source);
        Segment ack = conversation.segment("ACK seq=1 ack=1");
        ack.destination = SECOND;
        conversation.peer.send(ack);
        conversation.play(". accept\n. send 100\n...");
        assertEquals(SECOND, conversation.taken().source);
    }

    @Rfc("9293 MUST-42")
    @Test
    void portOfAConnectionInTheMakingCanBeListenedOn() {
        Conversation conversation = Scenario.v4().begin();
        SimClient client = conversation.client();
        int opening = open(conversation, Option.REUSE_ADDRESS);
        assertEquals(0, answer(conversation, opening, client.bind(opening, 0, 0, 80)));
        assertEquals(80, syn(conversation, opening, conversation.remote).sourcePort);
        int listening = open(conversation, Option.REUSE_ADDRESS);
        assertEquals(0, answer(conversation, listening, client.bind(listening, 0, 0, 80)));
        assertEquals(0, answer(conversation, listening, client.listen(listening, 4)));
        conversation.play("< SYN seq=0 mss=1000\n> SYN,ACK ack=1");
    }

    @Rfc("9293 MUST-41")
    @Test
    void secondListenerIsRefusedAndDisturbsNobody() {
        Conversation conversation = Scenario.v4().begin();
        SimClient client = conversation.client();
        int first = open(conversation, Option.REUSE_ADDRESS);
        int second = open(conversation, Option.REUSE_ADDRESS);
        int third = open(conversation, Option.REUSE_ADDRESS);
        assertEquals(0, answer(conversation, first, client.bind(first, 0, 0, 80)));
        assertEquals(0, answer(conversation, second, client.bind(second, 0, 0, 80)));
        assertEquals(0, answer(conversation, first, client.listen(first, 4)));
        assertEquals(EADDRINUSE, answer(conversation, second, client.listen(second, 4)));
        assertEquals(EADDRINUSE, answer(conversation, third, client.bind(third, 0, 0, 80)));
        conversation.play("< SYN seq=0 mss=1000\n> SYN,ACK seq=0 ack=1\n< ACK seq=1 ack=1\nESTABLISHED");
        assertEquals(-1, client.accept(second));
        assertTrue(client.accept(first) >= 0);
    }

    @Rfc({"9293 MUST-48", "9293 SHLD-21", "9293 SHLD-22", "9293 SHLD-23", "3168 5 user"})
    @Test
    void trafficClassIsTheUsersAndNobodyElses() {
        Conversation conversation =
                Scenario.v4().begin().established("mss=1000").play("""
                . option TRAFFIC_CLASS 43
                . send 100
                > PSH,ACK seq=1 len=100
                """);
        assertEquals(40, conversation.last().trafficClass);
        for (int time : new int[] {200, 400}) {
            conversation.play("+ %dms\n> PSH,ACK seq=1 len=100".formatted(time));
            assertEquals(40, conversation.last().trafficClass);
        }
        // Nor by what the peer's have, nor where there is no text.
        conversation.play("< PSH,ACK seq=1 ack=101 len=10\n+ 40ms\n> ACK seq=101 ack=11");
        assertEquals(40, conversation.last().trafficClass);
        conversation.play(". send 10\n> PSH,ACK seq=101 len=10\n< ACK seq=11 ack=111\n< ACK seq=90000 ack=111\n> ACK");
        assertEquals(40, conversation.last().trafficClass);
        conversation.play(". option TRAFFIC_CLASS 185\n. read 10\n. close\n> FIN,ACK seq=111");
        assertEquals(184, conversation.last().trafficClass);
        conversation.play("+ 200ms\n> FIN,ACK seq=111");
        assertEquals(184, conversation.last().trafficClass);
    }

    @Rfc("9293 MUST-49")
    @Test
    void hopLimitIsTheUsers() {
        Conversation conversation =
                Scenario.v4().begin().established("mss=1000").play(". send 10\n> PSH,ACK seq=1 len=10");
        assertEquals(64, conversation.last().hops);
        conversation.play("< ACK seq=1 ack=11\n. option HOPS 7\n. send 10\n> PSH,ACK seq=11 len=10");
        assertEquals(7, conversation.last().hops);
    }

    /// What a listener was told goes for its SYN-ACK, too.
    @Rfc({"9293 MUST-48", "9293 MUST-49"})
    @Test
    void answerOfAListenerIsAsItWasTold() {
        Conversation conversation = Scenario.v4().begin().play("""
                . listen
                . option HOPS 255
                . option TRAFFIC_CLASS 192
                < SYN seq=0 mss=1000
                > SYN,ACK seq=0 ack=1
                """);
        assertEquals(255, conversation.last().hops);
        assertEquals(192, conversation.last().trafficClass);
    }

    @Rfc("9293 MUST-65")
    @Test
    void segmentSizeIsToldInASynOnly() {
        Conversation conversation = Scenario.v4().begin().play("""
                . listen
                < SYN seq=0 mss=1000 sackOK ts=1
                > SYN,ACK seq=0 ack=1 mss=1460
                < ACK seq=1 ack=1
                . accept
                . send 100
                ...
                """);
        conversation.peer.send(conversation.segment("ACK seq=1001 ack=1 len=10"));
        conversation.client().close(conversation.socket());
        conversation.host.host().kick();
        conversation.now();
        int segments = 0;
        for (Segment each = conversation.peer.take(); each != null; each = conversation.peer.take()) {
            assertEquals(0, each.mss, each.toString());
            segments++;
        }
        assertTrue(segments >= 2, segments + " segments");
    }

    @Rfc("6056 3.2 in use")
    @Test
    void portThatSomebodyHasIsNotChosen() {
        Conversation alone = Scenario.v4().begin();
        int chosen = syn(alone, alone.client().open(6), alone.remote).sourcePort;
        Conversation conversation = Scenario.v4().begin();
        SimClient client = conversation.client();
        int taken = client.open(6);
        assertEquals(0, answer(conversation, taken, client.bind(taken, 0, 0, chosen)));
        int other = syn(conversation, client.open(6), conversation.remote).sourcePort;
        assertTrue(other >= 1024 && other != chosen, other + " after " + chosen);
    }

    @Rfc({"6056 3.3.3 increments", "6056 3.3.3 secret", "6056 3.3 obfuscated"})
    @Test
    void flowsToOnePeerFollowEachOtherAndToAnotherBeginElsewhere() {
        int together = 0;
        Set<Integer> begins = new HashSet<>();
        for (long seed = 1; seed <= 8; seed++) {
            Conversation conversation = Scenario.v4().seed(seed).begin();
            int first = syn(conversation, conversation.client().open(6), conversation.remote).sourcePort;
            int second = syn(conversation, conversation.client().open(6), conversation.remote).sourcePort;
            assertEquals(first + 1, second);
            begins.add(first);
            int socket = conversation.client().open(6);
            Address another = SimHost.address4(8);
            assertEquals(
                    0,
                    answer(conversation, socket, conversation.client().connect(socket, another.hi(), another.lo(), 7)));
            int other = conversation.client().localPort(socket);
            together += Math.abs(other - second) < 100 ? 1 : 0;
        }
        assertTrue(together <= 1, together + " of 8 are near");
        assertTrue(begins.size() > 6, begins.toString());
    }

    /// A RST or SYN within the window of what is half open, RFC 9293 §3.10.7.4: the one is challenged, the other ends
    /// it.
    @Rfc("5961 3.2 half open")
    @Test
    void resetElsewhereInTheWindowOfWhatIsHalfOpenIsChallenged() {
        Scenario.v4().begin().play("""
                . listen
                < SYN seq=0 mss=1000 ts=5
                > SYN,ACK seq=0 ack=1
                < RST seq=2
                > ACK seq=1 ack=1 win=65535 ecr=5
                < RST seq=65535
                > ACK seq=1 ack=1
                < RST seq=65536
                < RST seq=0
                SYN_RECEIVED
                < RST seq=1
                CLOSED
                """);
    }

    @Rfc("9293 3.10.7.4 fourth SYN-RECEIVED")
    @Test
    void synWithinTheWindowOfWhatIsHalfOpenEndsIt() {
        Scenario.v4().begin().play("""
                . listen
                < SYN seq=0 mss=1000
                > SYN,ACK seq=0 ack=1
                < SYN seq=70000 mss=1000
                > ACK seq=1 ack=1
                < SYN seq=-5 mss=1000
                > ACK seq=1 ack=1
                SYN_RECEIVED
                < SYN seq=500 mss=1000
                CLOSED
                < SYN seq=500 mss=1000
                > SYN,ACK ack=501
                """);
    }

    /// The sequence number is looked at before the acknowledgment: who is far off is told where we are, not reset.
    @Rfc({"9293 3.10.7.4 first SYN-RECEIVED", "7323 5.3 R1"})
    @Test
    void segmentOutsideTheWindowOfWhatIsHalfOpenIsAcknowledged() {
        Scenario.v4().begin().play("""
                . listen
                < SYN seq=0 mss=1000 ts=1000
                > SYN,ACK seq=0 ack=1
                < ACK seq=70000 ack=1 len=10
                > ACK seq=1 ack=1 ts
                < ACK seq=70000 ack=77
                > ACK seq=1 ack=1 ts
                < SYN,ACK seq=-9 ack=77 ts=1000:*
                > ACK seq=1 ack=1 ts
                < ACK seq=1 ack=1 ts=999:*
                > ACK seq=1 ack=1 ts
                < FIN seq=1
                SYN_RECEIVED
                < ACK seq=1 ack=1
                ESTABLISHED
                """);
    }

    @Rfc("6191 2 same")
    @Test
    void synWithTheSameTimestampNeedsAHigherNumber() {
        for (int seq : new int[] {2, 3}) {
            Conversation conversation = timeWait();
            Segment syn = conversation.segment("SYN seq=%d mss=1000 ts=77000:0".formatted(seq));
            conversation.peer.send(syn);
            conversation.now();
            Segment answer = conversation.taken();
            assertEquals(seq == 3, answer.has(TcpHeader.SYN), "seq " + seq + ": " + answer);
        }
    }

    /// Beyond what the old connection used: its segments are none of the new one's.
    @Rfc("6191 2 successor")
    @Test
    void successorOfTimeWaitBeginsBeyondIt() {
        Conversation conversation =
                Scenario.v4().begin().established("mss=1000 ts=1000").play(". send 40000\n...");
        // So much in so little time: the clock of initial numbers (RFC 6528) has not come so far.
        for (int end = 1; end < 40001; ) {
            Segment newest = conversation.takeAll();
            end = newest.seq - conversation.iss() + newest.length();
            conversation.play("< ACK seq=1 ack=%d\n...".formatted(end));
        }
        int last = conversation.iss() + 40002;
        conversation.play("""
                . close
                > FIN,ACK seq=40001 ack=1
                < FIN,ACK seq=1 ack=40002 ts=77000:*
                > ACK seq=40002 ack=2 ecr=77000
                TIME_WAIT
                < SYN seq=100000 mss=1000 ts=99000
                ...
                """);
        Segment answer = conversation.taken();
        assertTrue(answer.has(TcpHeader.SYN), answer.toString());
        assertTrue(answer.seq - last > 0, answer.seq - last + " beyond");
    }

    private static Conversation timeWait() {
        return Scenario.v4().begin().established("mss=1000 ts=1000").play("""
                . close
                > FIN,ACK seq=1 ack=1
                < FIN,ACK seq=1 ack=2 ts=77000:*
                > ACK seq=2 ack=2 ecr=77000
                TIME_WAIT
                """);
    }
}
