package netkeep.engine.icmp;

import static netkeep.engine.Frames.cat;
import static netkeep.engine.Frames.hex;
import static netkeep.engine.Frames.icmp4;
import static netkeep.engine.Frames.icmp6In;
import static netkeep.engine.Frames.slice;
import static netkeep.engine.Frames.v4;
import static netkeep.engine.Frames.v6;
import static netkeep.engine.Lab.FAR;
import static netkeep.engine.Lab.FAR6;
import static netkeep.engine.Lab.OURS;
import static netkeep.engine.Lab.OURS6;
import static netkeep.engine.Lab.PEER6;
import static netkeep.engine.Lab.ROUTER;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import netkeep.engine.Lab;
import netkeep.engine.ip.Catcher;
import netkeep.engine.ip.Failure;
import netkeep.engine.ip.Path;
import netkeep.sim.Rfc;
import netkeep.wire.Address;
import netkeep.wire.Verdict;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Errors about packets of ours: whom they reach, and as what.
class QuotesTest {
    private static final int TCP = 6;
    private static final byte[] SEGMENT = hex("04D2 0050 11223344 00000000 5002 0000 0000 0000");

    private final Lab lab = new Lab().knowPeer();
    private final Catcher catcher = new Catcher();

    @BeforeEach
    void register() {
        lab.ip.upper(TCP, catcher);
    }

    private Verdict error4(int type, int code) {
        byte[] quote = slice(v4(OURS, FAR, TCP, SEGMENT), 14, 28);
        return lab.arrives(v4(ROUTER, OURS, 1, icmp4(type, code, 0, quote)));
    }

    private Verdict error6(int type, int code, byte[] packet) {
        return lab.arrives(icmp6In(PEER6, OURS6, 64, type, code, 0, packet));
    }

    private static byte[] ours6(int next, byte[] payload) {
        byte[] frame = v6(OURS6, FAR6, next, 64, payload);
        return slice(frame, 14, frame.length - 14);
    }

    @Rfc({
        "792 unreachable to the source",
        "1122 3.2.2 to the transport",
        "1122 3.2.2.1 transport codes",
        "1122 3.2.2.4 transport",
        "1122 3.2.2.5 transport"
    })
    @ParameterizedTest
    @CsvSource({
        "3, 0, NETWORK_UNREACHABLE", "3, 1, HOST_UNREACHABLE", "3, 2, PROTOCOL_UNREACHABLE",
        "3, 3, PORT_UNREACHABLE", "3, 5, NETWORK_UNREACHABLE", "3, 6, NETWORK_UNREACHABLE",
        "3, 7, HOST_UNREACHABLE", "3, 8, HOST_UNREACHABLE", "3, 9, PROHIBITED",
        "3, 10, PROHIBITED", "3, 11, NETWORK_UNREACHABLE", "3, 12, HOST_UNREACHABLE",
        "3, 13, PROHIBITED", "11, 0, HOPS_EXCEEDED", "11, 1, REASSEMBLY_EXCEEDED",
        "12, 0, PARAMETER"
    })
    void errorReachesTheProtocolItIsAbout(int type, int code, Failure.Kind kind) {
        assertEquals(Verdict.OK, error4(type, code));

        Failure failure = catcher.failures.getFirst();
        assertEquals(kind, failure.kind);
        assertEquals(TCP, failure.protocol);
        assertEquals(OURS.lo(), failure.localLo);
        assertEquals(FAR.lo(), failure.remoteLo);
        assertEquals(0x04D2, failure.localPort);
        assertEquals(0x50, failure.remotePort);
        assertEquals(0x11223344, failure.seq);
        assertFalse(failure.own);
    }

    @Rfc({"4443 3.1 to the upper layer", "4443 3.3 to the upper layer", "4443 3.4 to the upper layer", "4443 2.4 (a)"})
    @ParameterizedTest
    @CsvSource({
        "1, 0, NETWORK_UNREACHABLE",
        "1, 1, PROHIBITED",
        "1, 2, HOST_UNREACHABLE",
        "1, 3, HOST_UNREACHABLE",
        "1, 4, PORT_UNREACHABLE",
        "1, 5, PROHIBITED",
        "3, 0, HOPS_EXCEEDED",
        "3, 1, REASSEMBLY_EXCEEDED",
        "4, 0, PARAMETER",
        "4, 1, PROTOCOL_UNREACHABLE",
        "4, 2, PARAMETER",
        "99, 0, HOST_UNREACHABLE",
        "127, 0, HOST_UNREACHABLE"
    })
    void errorOfIpv6ReachesTheProtocolItIsAbout(int type, int code, Failure.Kind kind) {
        assertEquals(Verdict.OK, error6(type, code, ours6(TCP, SEGMENT)));

        Failure failure = catcher.failures.getFirst();
        assertEquals(kind, failure.kind);
        assertEquals(OURS6.lo(), failure.localLo);
        assertEquals(FAR6.lo(), failure.remoteLo);
        assertEquals(0x11223344, failure.seq);
    }

    @Rfc("4443 2.4 (d)")
    @Test
    void protocolIsFoundBehindExtensionsOrTheErrorIsDropped() {
        byte[] options = hex("06 00 01 04 00 00 00 00");
        assertEquals(Verdict.OK, error6(1, 4, ours6(60, cat(options, SEGMENT))));
        assertEquals(TCP, catcher.failures.getFirst().protocol);

        byte[] later = hex("06 00 00 41 00 00 00 09");
        assertEquals(Verdict.TRUNCATED, error6(1, 4, ours6(44, cat(later, SEGMENT))));
        assertEquals(Verdict.TRUNCATED, error6(1, 4, slice(ours6(TCP, SEGMENT), 0, 44)));
        assertEquals(1, catcher.failures.size());
    }

    @Rfc("1122 3.2.2 quoted source")
    @Test
    void errorAboutAPacketThatWeDidNotSendIsDropped() {
        byte[] quote = slice(v4(FAR, OURS, TCP, SEGMENT), 14, 28);
        assertEquals(Verdict.BAD_FIELD, lab.arrives(v4(ROUTER, OURS, 1, icmp4(3, 3, 0, quote))));
        byte[] looped = slice(v4(Address.parse("127.0.0.1"), FAR, TCP, SEGMENT), 14, 28);
        assertEquals(Verdict.BAD_FIELD, lab.arrives(v4(ROUTER, OURS, 1, icmp4(3, 3, 0, looped))));
        byte[] fragment = slice(v4(OURS, FAR, TCP, 1, 5, 64, new byte[0], SEGMENT), 14, 28);
        assertEquals(Verdict.BAD_FIELD, lab.arrives(v4(ROUTER, OURS, 1, icmp4(3, 3, 0, fragment))));
        byte[] other = slice(v6(FAR6, OURS6, TCP, 64, SEGMENT), 14, 60);
        assertEquals(Verdict.BAD_FIELD, error6(1, 4, other));
        assertEquals(List.of(), catcher.failures);
    }

    @Test
    void unexpectedErrorIsDropped() {
        catcher.expects = false;

        assertEquals(Verdict.BAD_FIELD, error4(3, 3));
        assertEquals(List.of(), catcher.failures);
    }

    /// RFC 6633 §3.
    @Test
    void sourceQuenchIsIgnored() {
        assertEquals(Verdict.BAD_TYPE, error4(4, 0));
        assertEquals(List.of(), catcher.failures);
    }

    @Test
    void codesThatNobodyKnowsAreDropped() {
        assertEquals(Verdict.BAD_TYPE, error4(3, 16));
        assertEquals(List.of(), catcher.failures);
    }

    private final Path path = new Path();

    private long next() {
        assertTrue(lab.ip.path(path, 0, Address.V4, FAR.hi(), FAR.lo(), 0, lab.nowNs));
        return lab.ip.discovery().neighbors().lo(path.neighbor);
    }

    private Verdict redirect(Address from, String gateway, int code) {
        byte[] quote = slice(v4(OURS, FAR, TCP, SEGMENT), 14, 28);
        long rest = Address.parse(gateway).lo() & 0xFFFF_FFFFL;
        return lab.arrives(v4(from, OURS, 1, icmp4(5, code, rest, quote)));
    }

    @Rfc({"792 redirect", "1122 3.2.2.2 update", "1122 3.2.2.2 host and network alike", "1122 3.3.1.2 cache"})
    @ParameterizedTest
    @CsvSource({"0", "1", "2", "3"})
    void redirectNamesABetterRouter(int code) {
        assertEquals(ROUTER.lo(), next());

        assertEquals(Verdict.OK, redirect(ROUTER, "198.18.0.200", code));

        assertEquals(Address.parse("198.18.0.200").lo(), next());
    }

    @Rfc({"1122 3.2.2.2 from the router in use", "1122 3.2.2.2 same subnet"})
    @Test
    void redirectIsBelievedFromTheRouterInUseAndForANeighborOnly() {
        assertEquals(Verdict.BAD_SOURCE, redirect(Lab.PEER, "198.18.0.200", 1));
        assertEquals(Verdict.BAD_SOURCE, redirect(ROUTER, "203.0.113.1", 1));
        assertEquals(Verdict.BAD_SOURCE, redirect(ROUTER, "198.18.0.2", 1));
        assertEquals(Verdict.BAD_SOURCE, redirect(ROUTER, "198.18.0.255", 1));
        assertEquals(Verdict.BAD_TYPE, redirect(ROUTER, "198.18.0.200", 4));
        assertEquals(ROUTER.lo(), next());
        // Which is another after a redirect.
        assertEquals(Verdict.OK, redirect(ROUTER, "198.18.0.200", 1));
        assertEquals(Verdict.BAD_SOURCE, redirect(ROUTER, "198.18.0.201", 1));
        assertEquals(Verdict.OK, redirect(Address.parse("198.18.0.200"), "198.18.0.201", 1));
        assertEquals(Address.parse("198.18.0.201").lo(), next());
    }

    @Rfc("1122 3.3.1.5 redirect to a dead router")
    @Test
    void redirectToADeadRouterEnds() {
        redirect(ROUTER, "198.18.0.200", 1);
        assertEquals(Address.parse("198.18.0.200").lo(), next());
        // Asked three times, a second apart.
        lab.passMs(3_001);
        assertEquals(ROUTER.lo(), next());
    }
}
