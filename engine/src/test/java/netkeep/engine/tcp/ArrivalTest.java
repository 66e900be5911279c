// Long: the steps of SEGMENT ARRIVES, each once.
package netkeep.engine.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Set;
import netkeep.engine.Lab;
import netkeep.engine.sim.Conversation;
import netkeep.engine.sim.Scenario;
import netkeep.engine.sim.Segment;
import netkeep.engine.sim.SimHost;
import netkeep.sim.Rfc;
import netkeep.wire.Address;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// SEGMENT ARRIVES, RFC 9293 §3.10.7, step by step.
class ArrivalTest {
    private static final String PLAIN = "mss=1000";

    private static Conversation established() {
        return Scenario.v4().begin().established(PLAIN);
    }

    @Rfc("9293 3.10.7.1 closed")
    @Test
    void segmentForNobodyIsResetWithWhatItWillAccept() {
        Scenario.v4().begin().play("""
                < SYN seq=7 len=10
                > RST,ACK rawseq=0 ack=18
                < ACK seq=7 rawack=12345
                > RST rawseq=12345
                < FIN seq=7 len=3
                > RST,ACK rawseq=0 ack=11
                < RST seq=7
                < RST,ACK seq=7 rawack=5
                """);
    }

    @Rfc({"9293 3.10.7.2 first", "9293 3.10.7.2 second", "9293 3.10.7.2 third", "9293 3.10.7.2 fourth"})
    @Test
    void listenerTakesASynOnly() {
        Scenario.v4().begin().play("""
                . listen
                < RST seq=0
                < RST,ACK seq=0 rawack=5
                < RST,SYN seq=0 mss=1000
                < ACK seq=0 rawack=4321
                > RST rawseq=4321
                < SYN,ACK seq=0 rawack=4321
                > RST rawseq=4321
                < FIN seq=5
                < URG seq=5 len=1 urg=1
                CLOSED
                < SYN seq=0 mss=1000
                > SYN,ACK seq=0 ack=1
                SYN_RECEIVED
                """);
    }

    @Rfc("9293 3.10.7.3 first")
    @ParameterizedTest
    @ValueSource(ints = {0, 2, 1_000_000, -1})
    void wrongAcknowledgmentOfASynIsReset(int ack) {
        Scenario.v4()
                .begin()
                .play(". connect\n> SYN seq=0\n< SYN,ACK seq=0 ack=%d\n> RST seq=%d\nSYN_SENT".formatted(ack, ack));
    }

    @Rfc({"9293 3.10.7.3 first", "9293 3.10.7.3 second"})
    @Test
    void onlyAResetThatAcknowledgesTheSynRefuses() {
        Scenario.v4().begin().play("""
                . connect
                > SYN seq=0
                < RST seq=0
                < RST,ACK seq=0 ack=0
                < RST,ACK seq=0 ack=2
                SYN_SENT
                < RST,ACK seq=0 ack=1
                . error ECONNREFUSED
                CLOSED
                """);
    }

    @Rfc({"9293 3.10.7.3 fourth", "9293 3.10.7.3 fifth"})
    @Test
    void synSentBecomesEstablishedBySynAndAckOnly() {
        Scenario.v4().begin().play("""
                . connect
                > SYN seq=0
                < ACK seq=0 ack=1
                SYN_SENT
                < FIN,ACK seq=0 ack=1 len=10
                SYN_SENT
                < SYN,ACK seq=0 ack=1 mss=1000
                > ACK seq=1 ack=1
                ESTABLISHED
                """);
    }

    /// Table 6 of RFC 9293 §3.10.7.4 with an open window: RCV.NXT is 1, the window's end behind 65,535 octets.
    @Rfc("9293 3.10.7.4 first")
    @ParameterizedTest
    @CsvSource({
        "0, 0, false",
        "1, 0, true",
        "65535, 0, true",
        "65536, 0, false",
        "-99, 100, false",
        "-98, 100, true",
        "1, 100, true",
        "65535, 1, true",
        "65536, 1, false",
    })
    void segmentMustTouchTheWindow(int seq, int length, boolean acceptable) {
        Conversation conversation = established().play(". send 10\n> PSH,ACK seq=1 len=10");
        conversation.play("< ACK seq=%d ack=11 len=%d\n...".formatted(seq, length));
        // What its acknowledgment says counts only if it is acceptable.
        assertEquals(acceptable ? 10 : 0, conversation.client().acknowledged(conversation.socket()));
        if (!acceptable) {
            conversation.play("> ACK seq=11 ack=1");
        }
    }

    /// The same with a window of zero.
    @Rfc("9293 3.10.7.4 first")
    @Test
    void withAZeroWindowOnlyTheNextNumberIsAcceptable() {
        Conversation conversation = Scenario.v4().receiveBuffer(1 << 14).begin().established("mss=1024");
        int next = fill(conversation);
        conversation.play(". send 10\n> PSH,ACK seq=1 len=10 ack=%d win=0".formatted(next));
        conversation.play("< ACK seq=%d ack=11\n> ACK seq=11 ack=%d".formatted(next + 1, next));
        assertEquals(0, conversation.client().acknowledged(conversation.socket()));
        conversation.play("< ACK seq=%d ack=11\n...".formatted(next));
        assertEquals(10, conversation.client().acknowledged(conversation.socket()));
    }

    /// A FIN alone needs no room: refused it would come again for as long as the user does not read.
    @Test
    void finAloneIsTakenThoughTheWindowIsZero() {
        Conversation conversation = Scenario.v4().receiveBuffer(1 << 14).begin().established("mss=1024");
        int next = fill(conversation);
        conversation.play("< FIN,ACK seq=%d ack=1 len=1\n> ACK seq=1 ack=%d win=0\nESTABLISHED".formatted(next, next));
        int behind = next + 1;
        conversation.play("< FIN,ACK seq=%d ack=1\n> ACK seq=1 ack=%d win=0\nCLOSE_WAIT".formatted(next, behind));
        conversation.play(". send 10\n> PSH,ACK seq=1 len=10 ack=%d win=0".formatted(behind));
        conversation.play("< ACK seq=%d ack=11\n. read %d\n. end\n...".formatted(behind, next - 1));
        assertEquals(10, conversation.client().acknowledged(conversation.socket()));
    }

    /// Lets a peer send until the window is zero.
    ///
    /// @return what it would send next
    private static int fill(Conversation conversation) {
        int next = 1;
        do {
            conversation.play("< ACK seq=%d ack=1 len=1024\n...".formatted(next));
            next += 1024;
            conversation.world.run(50_000_000);
        } while (conversation.takeAll().window != 0);
        return next;
    }

    @Rfc("9293 3.10.7.4 first")
    @Test
    void resetThatIsNotAcceptableIsNotAnswered() {
        established().play("< RST seq=-1\n< RST seq=70000\nESTABLISHED");
    }

    /// Second, the RST bit: who opened passively goes back to LISTEN without a word to the user.
    @Rfc({"9293 3.10.7.4 second SYN-RECEIVED", "9293 MUST-11"})
    @Test
    void resetOfAPassiveOpenIsForgotten() {
        Scenario.v4().begin().play("""
                . listen
                < SYN seq=0 mss=1000
                > SYN,ACK seq=0 ack=1
                < RST seq=1
                . nothing-to-accept
                CLOSED
                < SYN seq=500 mss=1000
                > SYN,ACK ack=501
                """);
    }

    /// Who opened actively is refused.
    @Rfc({"9293 3.10.7.4 second SYN-RECEIVED", "9293 MUST-11"})
    @Test
    void resetOfAnActiveOpenIsToldTheUser() {
        Scenario.v4().begin().play("""
                . connect
                > SYN seq=0
                < SYN seq=0 mss=1000
                > SYN,ACK seq=0 ack=1
                SYN_RECEIVED
                < RST,SYN seq=0
                < RST,SYN,ACK seq=0 ack=1
                SYN_RECEIVED
                < RST seq=1
                . error ECONNREFUSED
                CLOSED
                """);
    }

    @Rfc({"9293 3.10.7.4 second synchronised", "9293 MUST-12"})
    @ParameterizedTest
    @ValueSource(strings = {"", ". shutdown\n> FIN,ACK seq=1 ack=1\nFIN_WAIT_1"})
    void resetOfAConnectionIsToldTheUser(String before) {
        established().play(before).play("< RST seq=1\nCLOSED\n. error ECONNRESET\n. failed");
    }

    /// RFC 9293 §3.10.7.4, fourth: a SYN in SYN-RECEIVED is the old one again, or a new attempt.
    @Rfc("9293 3.10.7.4 fourth")
    @Test
    void repeatedSynIsAnsweredAgain() {
        Scenario.v4().begin().play("""
                . listen
                < SYN seq=0 mss=1000
                > SYN,ACK seq=0 ack=1
                < SYN seq=0 mss=1000
                > SYN,ACK seq=0 ack=1
                """);
    }

    @Rfc("9293 3.10.7.4 fifth no ACK")
    @Test
    void segmentWithoutAckIsDropped() {
        established().play("< PSH seq=1 len=100\n. readable 0\n< FIN seq=1\nESTABLISHED");
    }

    @Rfc("9293 3.10.7.4 fifth SYN-RECEIVED")
    @Test
    void wrongAcknowledgmentOfASynAckIsReset() {
        Scenario.v4().begin().play("""
                . listen
                < SYN seq=0 mss=1000
                > SYN,ACK seq=0 ack=1
                < ACK seq=1 ack=0
                > RST seq=0
                < ACK seq=1 ack=2
                > RST seq=2
                SYN_RECEIVED
                < ACK seq=1 ack=1
                ESTABLISHED
                """);
    }

    @Rfc("9293 3.10.7.4 fifth SYN-RECEIVED")
    @Test
    void wrongAcknowledgmentInASimultaneousOpenIsReset() {
        Scenario.v4().begin().play("""
                . connect
                > SYN seq=0
                < SYN seq=0 mss=1000
                > SYN,ACK seq=0 ack=1
                < ACK seq=1 ack=2
                > RST seq=2
                SYN_RECEIVED
                < ACK seq=1 ack=1
                ESTABLISHED
                """);
    }

    @Rfc("9293 3.10.7.4 fifth SND.UNA")
    @Test
    void acknowledgmentFreesWhatItCovers() {
        established().play("""
                . send 2000
                > ACK seq=1 len=1000
                > PSH,ACK seq=1001 len=1000
                < ACK seq=1 ack=501
                . acknowledged 500
                < ACK seq=1 ack=401
                . acknowledged 500
                < ACK seq=1 ack=2001
                . acknowledged 2000
                """);
    }

    /// SND.WL1 and SND.WL2: an old segment does not change the window.
    @Rfc("9293 3.10.7.4 fifth window")
    @Test
    void windowFollowsTheNewestSegment() {
        established().play("""
                < PSH,ACK seq=11 ack=1 len=10 win=1000
                > ACK seq=1 ack=1
                < PSH,ACK seq=1 ack=1 len=10 win=5000
                > ACK seq=1 ack=21
                . send 4000
                > ACK seq=1 len=1000
                + 10ms
                < ACK seq=21 ack=1001 win=2000
                > ACK seq=1001 len=1000
                > ACK seq=2001 len=1000
                < ACK seq=21 ack=2001 win=1000
                < ACK seq=21 ack=1001 win=9000
                """);
    }

    /// SND.UNA =< SEG.ACK: a window of before is not counted from now, though its segment's text is newer.
    @Rfc("9293 3.10.7.4 fifth window")
    @Test
    void windowOfAnOldAcknowledgmentDoesNotCount() {
        established().play("""
                < ACK seq=1 ack=1 win=1000
                . send 3000
                > ACK seq=1 len=1000
                + 10ms
                < ACK seq=1 ack=1001 win=1000
                > ACK seq=1001 len=1000
                < PSH,ACK seq=11 ack=1 len=10 win=5000
                > ACK seq=2001 ack=1
                < ACK seq=1 ack=2001 win=1000
                > PSH,ACK seq=2001 len=1000
                """);
    }

    @Rfc("9293 3.10.7.4 seventh")
    @Test
    void textInOrderIsForTheUserAndOverlapsAreCutOff() {
        established().play("""
                < PSH,ACK seq=1 ack=1 len=100
                . readable 100
                < PSH,ACK seq=51 ack=1 len=100
                . readable 150
                + 40ms
                > ACK seq=1 ack=151
                . read 150
                """);
    }

    @Rfc("9293 3.10.7.4 seventh closed")
    @ParameterizedTest
    @ValueSource(strings = {"CLOSE_WAIT", "LAST_ACK"})
    void afterThePeersFinTextIsIgnored(String state) {
        Conversation conversation = established().play("< FIN,ACK seq=1 ack=1\n+ 1ms\n> ACK seq=1 ack=2\nCLOSE_WAIT");
        if (state.equals("LAST_ACK")) {
            conversation.play(". shutdown\n> FIN,ACK seq=1 ack=2");
        }
        conversation.play("< PSH,ACK seq=2 ack=1 len=100\n...");
        assertEquals(0, conversation.client().readable(conversation.socket()));
        conversation.peer.segments().clear();
        conversation.play(state);
    }

    @Rfc("9293 3.10.7.4 eighth")
    @Test
    void finIsAcknowledgedAndTellsTheUserOfTheEnd() {
        established().play("""
                . not-end
                < FIN,ACK seq=1 ack=1
                CLOSE_WAIT
                . end
                + 1ms
                > ACK seq=1 ack=2
                """);
    }

    @Test
    void finOfAUserWhoClosesAtOnceAcknowledgesThePeers() {
        established().play("""
                < PSH,ACK seq=1 ack=1 len=100
                . read 100
                < FIN,ACK seq=101 ack=1
                . close
                > FIN,ACK seq=1 ack=102
                + 50ms
                LAST_ACK
                """);
    }

    @Test
    void readingWhatIsAFewOctetsOfTheFirstWindowSendsNothing() {
        established().play("""
                < PSH,ACK seq=1 ack=1 len=100
                . read 100
                . send 1
                > PSH,ACK seq=1 ack=101 len=1
                """);
    }

    /// Eighth: a repeated FIN begins 2 MSL again.
    @Rfc({"9293 3.10.7.4 eighth TIME-WAIT", "9293 MUST-13"})
    @Test
    void repeatedFinBeginsTheWaitAgain() {
        established().play("""
                . shutdown
                > FIN,ACK seq=1 ack=1
                < FIN,ACK seq=1 ack=2
                > ACK seq=2 ack=2
                + 50s
                < FIN,ACK seq=1 ack=2
                > ACK seq=2 ack=2
                + 59999ms
                TIME_WAIT
                + 1ms
                CLOSED
                """);
    }

    @Rfc("1337 3 ignored")
    @ParameterizedTest
    @ValueSource(strings = {"RST seq=2", "RST,ACK seq=2 ack=2", "RST seq=100"})
    void resetInTimeWaitIsIgnored(String reset) {
        established().play("""
                . close
                > FIN,ACK seq=1 ack=1
                < FIN,ACK seq=1 ack=2
                > ACK seq=2 ack=2
                < %s
                TIME_WAIT
                + 59s
                TIME_WAIT
                """.formatted(reset));
    }

    @Rfc("1337 2 old duplicates")
    @Test
    void oldDuplicateInTimeWaitIsAcknowledgedOnly() {
        established().play("""
                . close
                > FIN,ACK seq=1 ack=1
                < FIN,ACK seq=1 ack=2
                > ACK seq=2 ack=2
                + 30s
                < PSH,ACK seq=1 ack=2 len=1
                > ACK seq=2 ack=2
                TIME_WAIT
                + 30s
                CLOSED
                """);
    }

    /// A segment to a group or to all is nobody's, be there a listener or not.
    @Rfc("9293 MUST-57")
    @ParameterizedTest
    @ValueSource(strings = {"255.255.255.255", "198.18.0.255", "224.0.0.1"})
    void segmentToAllIsDroppedInSilence(String destination) {
        Conversation conversation = Scenario.v4().begin().play(". listen");
        Segment syn = conversation.segment("SYN seq=0 mss=1000");
        syn.destination = Address.parse(destination);
        conversation.peer.send(syn);
        conversation.told();
        assertEquals(0, conversation.host.engine().tcp().halfOpens.pool.size());
    }

    /// A SYN whose source nobody can have.
    @Rfc("9293 MUST-63")
    @ParameterizedTest
    @ValueSource(strings = {"255.255.255.255", "198.18.0.255", "224.0.0.1", "127.0.0.1", "0.0.0.0"})
    void synFromNobodyIsDropped(String source) {
        Conversation conversation = Scenario.v4().begin().play(". listen");
        Segment syn = conversation.segment("SYN seq=0 mss=1000");
        syn.source = Address.parse(source);
        conversation.peer.send(syn);
        conversation.told();
        assertTrue(conversation.peer.others().isEmpty());
    }

    /// §3.4.1: the clock of 4 us, and the hash that nobody outside knows.
    @Rfc({"9293 MUST-8", "6528 3 clock"})
    @Test
    void initialNumbersOfOneFlowFollowAClockOfFourMicroseconds() {
        Conversation conversation = Scenario.v4().begin().play(". listen\n< SYN seq=0 mss=1000\n...");
        int first = conversation.taken().seq;
        conversation.play("< RST seq=1\n+ 400us\n< SYN seq=0 mss=1000\n...");
        assertEquals(100, conversation.taken().seq - first);
    }

    @Rfc({"9293 MUST-9", "9293 SHLD-1", "6528 3 secret", "6528 3 key"})
    @Test
    void initialNumbersHangOnTheSecretAndOnEachPartOfTheFlow() {
        assertEquals(first(1, ""), first(1, ""));
        assertFalse(first(1, "") == first(2, ""));
        assertFalse(first(1, "") == first(1, " from=40001"));
        Initial initial = new Initial(new Lab().luck, TcpSettings.DEFAULT);
        Set<Integer> numbers = new HashSet<>();
        for (int part = 0; part <= 6; part++) {
            long[] flow = {1, 2, 3, 4, 5, 6};
            if (part < 6) {
                flow[part]++;
            }
            numbers.add(initial.iss(flow[0], flow[1], (int) flow[2], flow[3], flow[4], (int) flow[5], 0));
        }
        assertEquals(7, numbers.size());
    }

    private static int first(long seed, String more) {
        Conversation conversation =
                Scenario.v4().seed(seed).begin().play(". listen\n< SYN seq=0 mss=1000" + more + "\n...");
        return conversation.taken().seq;
    }

    @Rfc("9293 MUST-1")
    @Test
    void windowIsUnsigned() {
        Conversation conversation = Scenario.v4().begin().established("mss=1460");
        conversation.play("< ACK seq=1 ack=1 win=65535\n. send 14600\n...");
        int sent = 0;
        while (!conversation.peer.segments().isEmpty()) {
            sent += conversation.taken().length();
        }
        assertEquals(14_600, sent);
    }

    /// A window of more than 2^31 with the largest scale does not turn negative.
    @Rfc("9293 REC-1")
    @Test
    void scaledWindowHasThirtyTwoBits() {
        Conversation conversation = Scenario.v4().begin().established("mss=1000 wscale=14");
        conversation.play("< ACK seq=1 ack=1 win=65535\n. send 5000\n...");
        assertEquals(65_535 << 14, Look.at(conversation).tcb.sndWnd());
        int sent = 0;
        while (!conversation.peer.segments().isEmpty()) {
            sent += conversation.taken().length();
        }
        assertEquals(5_000, sent);
    }

    @Rfc("5961 3.2 exact")
    @Test
    void exactResetEndsAtOnce() {
        established().play("< PSH,ACK seq=1 ack=1 len=10\n< RST seq=11\nCLOSED");
    }

    @Rfc("5961 3.2 in the window")
    @ParameterizedTest
    @ValueSource(ints = {2, 65535})
    void resetElsewhereInTheWindowIsChallenged(int seq) {
        established().play("< RST seq=%d\n> ACK seq=1 ack=1\nESTABLISHED".formatted(seq));
    }

    @Rfc("5961 3.2 outside")
    @ParameterizedTest
    @ValueSource(ints = {0, -1, 65536})
    void resetOutsideIsDropped(int seq) {
        established().play("< RST seq=%d\nESTABLISHED".formatted(seq));
    }

    @Rfc("5961 4.2 any")
    @ParameterizedTest
    @ValueSource(ints = {-100, 0, 1, 2, 65535, 65536, 0x7000_0000})
    void synIsChallengedWhereverItStands(int seq) {
        established().play("< SYN seq=%d mss=1000\n> ACK seq=1 ack=1\nESTABLISHED".formatted(seq));
    }

    /// RFC 5961 §5.2: SND.UNA - MAX.SND.WND <= SEG.ACK <= SND.NXT.
    @Rfc("5961 5.2 range")
    @ParameterizedTest
    @CsvSource({"3011, true", "3012, false", "2001, true", "2000, false", "1, false"})
    void acknowledgmentMustBeOfTheRecentPast(int ack, boolean acceptable) {
        Conversation conversation = Scenario.v4().begin().established(PLAIN + " win=1000");
        for (int sent = 0; sent < 3; sent++) {
            conversation.play("""
                    . send 1000
                    > PSH,ACK seq=%d len=1000
                    < ACK seq=1 ack=%d win=1000
                    """.formatted(1 + 1000 * sent, 1001 + 1000 * sent));
        }
        conversation.play(". send 10\n> PSH,ACK seq=3001 len=10");
        judged(conversation, ack, acceptable, 3011);
    }

    /// A large window reaches back over numbers that were never sent: nobody acknowledges those but who guesses.
    @Rfc({"5961 5.2 never sent", "5961 5.2 range"})
    @ParameterizedTest
    @CsvSource({"21, true", "11, true", "1, true", "0, false", "-1, false", "-60000, false"})
    void acknowledgmentOfWhatWasBeforeTheFirstOctetIsChallenged(int ack, boolean acceptable) {
        Conversation conversation = established().play("""
                . send 10
                > PSH,ACK seq=1 len=10
                < ACK seq=1 ack=11
                . send 10
                > PSH,ACK seq=11 len=10
                """);
        judged(conversation, ack, acceptable, 21);
    }

    private static void judged(Conversation conversation, int ack, boolean acceptable, int next) {
        conversation.play("< PSH,ACK seq=1 ack=%d len=5\n...".formatted(ack));
        assertEquals(acceptable ? 5 : 0, conversation.client().readable(conversation.socket()));
        if (!acceptable) {
            conversation.play("> ACK seq=%d ack=1".formatted(next));
        }
    }

    @Rfc("9293 MUST-46")
    @ParameterizedTest
    @ValueSource(strings = {"255.255.255.255", "198.18.0.255", "224.0.0.1", "ff02::1"})
    void nobodyConnectsToAllOrToAGroup(String address) {
        Conversation conversation = Scenario.v4().begin();
        int socket = conversation.client().open(6);
        Address to = Address.parse(address);
        int ticket = conversation.client().connect(socket, to.hi(), to.lo(), 80);
        conversation.host.host().kick();
        conversation.now();
        assertTrue(conversation.client().answer(socket, ticket) > 0);
        conversation.told();
    }

    @Rfc("9293 MUST-50")
    @Test
    void ipOptionsThatTcpDoesNotKnowArePassedOver() {
        Conversation conversation = Scenario.v4().begin().play(". listen");
        Segment syn = conversation.segment("SYN seq=0 mss=1000");
        java.lang.foreign.MemorySegment frame = withIpOption(syn.frame(SimHost.mac(1), conversation.peer.mac));
        conversation.peer.send(frame);
        conversation.play("> SYN,ACK seq=0 ack=1");
    }

    /// Puts four octets of an option that nobody knows into the IPv4 header.
    private static java.lang.foreign.MemorySegment withIpOption(java.lang.foreign.MemorySegment frame) {
        int ip = netkeep.wire.VirtioNetHeader.LENGTH + netkeep.wire.EthernetHeader.LENGTH;
        byte[] old = frame.toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
        byte[] longer = new byte[old.length + 4];
        System.arraycopy(old, 0, longer, 0, ip + 20);
        System.arraycopy(old, ip + 20, longer, ip + 24, old.length - ip - 20);
        longer[ip] = 0x46;
        int length = ((old[ip + 2] & 0xFF) << 8 | old[ip + 3] & 0xFF) + 4;
        longer[ip + 2] = (byte) (length >> 8);
        longer[ip + 3] = (byte) length;
        longer[ip + 20] = (byte) 0x9E;
        longer[ip + 21] = 4;
        longer[ip + 10] = 0;
        longer[ip + 11] = 0;
        int sum = 0;
        for (int at = ip; at < ip + 24; at += 2) {
            sum += (longer[at] & 0xFF) << 8 | longer[at + 1] & 0xFF;
        }
        sum = (sum & 0xFFFF) + (sum >> 16);
        sum = ~((sum & 0xFFFF) + (sum >> 16));
        longer[ip + 10] = (byte) (sum >> 8);
        longer[ip + 11] = (byte) sum;
        return java.lang.foreign.MemorySegment.ofArray(longer);
    }
}
