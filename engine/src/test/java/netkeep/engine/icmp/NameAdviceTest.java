package netkeep.engine.icmp;

import static java.util.concurrent.TimeUnit.SECONDS;
import static netkeep.engine.Frames.cat;
import static netkeep.engine.Frames.hex;
import static netkeep.engine.Frames.icmp6In;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import netkeep.engine.Lab;
import netkeep.engine.ip.NameAdvice;
import netkeep.engine.ip.Path;
import netkeep.sim.Rfc;
import netkeep.wire.Address;
import netkeep.wire.DomainName;
import netkeep.wire.NdpMessage;
import netkeep.wire.NdpOption;
import netkeep.wire.Verdict;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What routers say of names, RFC 8106.
class NameAdviceTest {
    private static final Address ALL = Address.parse("ff02::1");
    private static final Address ONE = Address.parse("2001:db8::53");
    private static final Address TWO = Address.parse("2001:db8::54");
    private static final Address THREE = Address.parse("2001:db8::55");
    private static final Address LENT = Address.parse("198.18.0.1");
    private static final long FOR_EVER = 0xFFFF_FFFFL;
    private static final byte[] ZEROS = new byte[8];

    private final Lab lab = new Lab();
    private final NameAdvice names = lab.ip.nameAdvice();

    @BeforeEach
    void accept() {
        lab.ip.acceptAdvertisements(1, true, lab.nowNs);
    }

    private static byte[] servers(long seconds, Address... servers) {
        byte[] option = new byte[8 + 16 * servers.length];
        MemorySegment memory = MemorySegment.ofArray(option);
        NdpOption.writeDns(memory, 0, servers.length, seconds);
        for (int i = 0; i < servers.length; i++) {
            NdpOption.writeDnsServer(memory, 0, i, servers[i].hi(), servers[i].lo());
        }
        return option;
    }

    /// `one.example` and `two.example`.
    private static byte[] search(long seconds) {
        return hex("1f 05 0000 %08x 036f6e65 076578616d706c65 00 0374776f 076578616d706c65 00 000000000000"
                .formatted(seconds));
    }

    private Verdict advertise(byte[] options) {
        Verdict verdict = lab.arrives(
                icmp6In(Lab.PEER_LINK6, ALL, 255, 134, 0, NdpMessage.routerRest(0, 0, 1800), cat(ZEROS, options)));
        lab.turn();
        return verdict;
    }

    private static List<DomainName> names(String... names) {
        return List.of(names).stream().map(DomainName::parse).toList();
    }

    @Rfc({"8106 5.1", "8106 5.2", "8106 5.1 lifetime", "8106 5.2 lifetime", "8106 5.1 zero", "8106 6.2 expiration"})
    @Test
    void serversAndNamesHoldAsLongAsTheyAreSaidTo() {
        assertEquals(Verdict.OK, advertise(cat(servers(600, ONE, TWO), search(1200))));
        assertEquals(List.of(ONE, TWO), names.servers());
        assertEquals(names("one.example", "two.example"), names.search());
        long changes = names.changes();
        lab.passMs(500_000);
        advertise(servers(600, ONE));
        assertEquals(changes, names.changes(), "nothing new");
        lab.passMs(101_000);
        assertEquals(List.of(ONE), names.servers());
        assertEquals(changes + 1, names.changes());
        lab.passMs(600_000);
        assertEquals(List.of(), names.servers());
        assertEquals(List.of(), names.search());

        advertise(servers(FOR_EVER, ONE));
        lab.pass(SECONDS.toNanos(FOR_EVER) + 1);
        assertEquals(List.of(ONE), names.servers());
        advertise(servers(0, ONE));
        assertEquals(List.of(), names.servers());
    }

    @Rfc({"8106 5.3.1 DHCP first", "8106 5.3.1 three"})
    @Test
    void whatDhcpSaysGoesFirst() {
        advertise(cat(servers(600, ONE, TWO, THREE), search(600)));
        names.lent(1, List.of(LENT), names("two.example", "lent.example"), Long.MAX_VALUE);
        assertEquals(List.of(LENT, ONE, TWO, THREE), names.servers());
        assertEquals(names("two.example", "lent.example", "one.example"), names.search());
        names.forget(1);
        assertEquals(List.of(ONE, TWO, THREE), names.servers());
    }

    @Rfc("8106 6.2 full")
    @Test
    void whatEndsFirstGivesWay() {
        List<Address> many = new ArrayList<>();
        for (int i = 0; i < NameAdvice.MOST; i++) {
            many.add(Address.of(ONE.hi(), 0x100 + i));
            advertise(servers(600 + 10L * i, many.get(i)));
        }
        assertEquals(many, names.servers());
        advertise(servers(3600, TWO));
        many.set(0, TWO);
        assertEquals(many, names.servers());
        // DHCP's stay, and routers cannot fill their places.
        names.lent(1, many, List.of(), Long.MAX_VALUE);
        assertEquals(many, names.servers());
        advertise(servers(3600, ONE));
        assertEquals(many, names.servers());
    }

    @Rfc({"8106 5.2 encoding", "8106 5.2 padding", "8106 5.3.1 length of a search list"})
    @Test
    void whatIsNoNameOrNoServerIsPassedOver() {
        // A pointer, which none may have; before it a name.
        advertise(hex("1f 03 0000 00000e10 03 6f6e65 00 03 74776f c0 08 0000000000"));
        assertEquals(names("one"), names.search());
        assertEquals(Verdict.OK, advertise(hex("1f 01 0000 00000e10")));
        assertEquals(names("one"), names.search());
        advertise(servers(600, Address.parse("fe80::1"), Address.parse("::1"), ALL));
        assertEquals(List.of(), names.servers());
    }

    /// Only the option is, and what else the router says holds.
    @Rfc("8106 5.3.1 option alone")
    @Test
    void optionOfAWrongLengthIsPassedOver() {
        byte[] odd = cat(hex("19 04 0000 00000e10"), ONE.octets(), ZEROS);
        assertEquals(Verdict.OK, advertise(cat(odd, hex("19 01 0000 00000e10"), servers(600, TWO))));
        assertEquals(List.of(TWO), names.servers());
        Address far = Lab.FAR6;
        assertTrue(lab.ip.path(new Path(), 0, 0, far.hi(), far.lo(), 0, lab.nowNs));
    }

    @Test
    void successorKnowsThem() {
        advertise(cat(servers(600, ONE), search(600)));
        lab.open();
        NameAdvice successor = lab.ip.nameAdvice();
        assertEquals(List.of(ONE), successor.servers());
        assertEquals(names("one.example", "two.example"), successor.search());
        assertEquals(names.changes(), successor.changes());
        assertEquals(names.deadlineNs(), successor.deadlineNs());
    }
}
