package netkeep.engine.ip;

import static netkeep.engine.Lab.MAC;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import netkeep.engine.Lab;
import netkeep.engine.neighbor.LinkSettings;
import netkeep.sim.Rfc;
import netkeep.wire.Address;
import netkeep.wire.MacAddress;
import netkeep.wire.Prefix;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Which source a packet gets whose sender named none, RFC 6724 §5.
class SourcesTest {
    private final Lab lab = new Lab(
            IpSettings.DEFAULT,
            LinkSettings.LOOPBACK,
            LinkSettings.ethernet(1, MAC, 1500),
            LinkSettings.ethernet(2, MAC + 9, 1500));
    private final Path path = new Path();

    @BeforeEach
    void routes() {
        lab.ip.addRoute(Prefix.ALL_V6, 1, 0xFE80_0000_0000_0000L, 99, 0);
        lab.ip.addRoute(Prefix.ALL_V4, 1, 0, Address.parse("198.18.0.1").lo(), 0);
    }

    private void add(int link, String address, int prefix) {
        Address added = Address.parse(address);
        lab.ip.addAddress(link, added.hi(), added.lo(), prefix, lab.nowNs);
        lab.settle();
    }

    private boolean way(String to, int link) {
        Address address = Address.parse(to);
        return lab.ip.path(path, 0, address.isV4() ? Address.V4 : 0, address.hi(), address.lo(), link, lab.nowNs);
    }

    private String source(String to) {
        assertTrue(way(to, 0));
        return Address.of(path.sourceHi, path.sourceLo).toString();
    }

    @Test
    void sourceOfTheOtherVersionLeadsNowhere() {
        add(1, "198.18.0.2", 24);
        add(1, "2001:db8:1::5", 64);
        Address four = Address.parse("198.18.0.2");
        Address six = Address.parse("2001:db8:1::5");
        Address to4 = Address.parse("198.18.0.77");
        Address to6 = Address.parse("2001:db8:1::77");
        assertFalse(lab.ip.path(path, six.hi(), six.lo(), to4.hi(), to4.lo(), 0, lab.nowNs));
        assertFalse(lab.ip.path(path, four.hi(), four.lo(), to6.hi(), to6.lo(), 0, lab.nowNs));
        assertFalse(lab.ip.path(path, six.hi(), six.lo(), four.hi(), four.lo(), 0, lab.nowNs));
        assertTrue(lab.ip.path(path, four.hi(), four.lo(), to4.hi(), to4.lo(), 0, lab.nowNs));
    }

    @Rfc("6724 5 rule 1")
    @Test
    void ownAddressIsItsOwnSource() {
        add(1, "2001:db8:1::5", 64);
        add(1, "2001:db8:2::5", 64);
        assertEquals("2001:db8:2::5", source("2001:db8:2::5"));
    }

    @Rfc("6724 5 rule 2")
    @Test
    void scopeOfTheDestinationIsKept() {
        add(1, "2001:db8:1::5", 64);
        assertEquals("2001:db8:1::5", source("2001:db8:9::1"));
        assertTrue(source("fe80::77").startsWith("fe80::"));
        assertTrue(source("ff02::77").startsWith("fe80::"));
        assertEquals("2001:db8:1::5", source("ff0e::77"));
    }

    @Rfc({"6724 5 rule 5", "1122 3.3.4.2 several links"})
    @Test
    void sourceIsOfTheLinkThatSends() {
        add(2, "2001:db8:1::5", 64);
        add(1, "2001:db8:2::5", 64);
        assertEquals("2001:db8:2::5", source("2001:db8:9::1"));
        assertTrue(way("2001:db8:1::1", 0));
        assertEquals(2, path.link);
        assertEquals("2001:db8:1::5", source("2001:db8:1::1"));
        assertFalse(way("2001:db8:9::1", 2));
    }

    @Rfc("6724 4 candidates")
    @Test
    void candidatesAreUnicastAddressesOfTheLinkThatSends() {
        add(1, "2001:db8:1::5", 64);
        add(2, "2001:db8:2::5", 64);
        for (int link = 1; link <= 2; link++) {
            for (String to : List.of("fe80::77", "ff02::77")) {
                assertTrue(way(to, link));
                assertEquals(MacAddress.interfaceId(link == 1 ? MAC : MAC + 9), path.sourceLo, to);
            }
            assertTrue(way("ff0e::77", link));
            assertEquals(Address.parse("2001:db8:" + link + "::5"), Address.of(path.sourceHi, path.sourceLo));
        }
        for (String none : List.of("::", "ff02::5", "224.0.0.5")) {
            assertThrows(IllegalArgumentException.class, () -> add(1, none, 32), none);
        }
    }

    @Rfc("6724 5 rule 6")
    @Test
    void labelOfTheDestinationIsPreferred() {
        // As many bits in common with either, or more with the wrong one.
        add(1, "fc00:198::5", 64);
        add(1, "2001:db8:2::5", 64);
        assertEquals("2001:db8:2::5", source("f000::1"));
        assertEquals("fc00:198::5", source("fdff::1"));
        add(1, "2002:c612::5", 64);
        assertEquals("2001:db8:2::5", source("2003:1::1"));
    }

    @Rfc("6724 5 rule 8")
    @Test
    void longestPrefixInCommonIsPreferred() {
        add(1, "2001:db8:1::5", 64);
        add(1, "2001:db8:f000::5", 64);
        assertEquals("2001:db8:1::5", source("2001:db8:2::1"));
        assertEquals("2001:db8:f000::5", source("2001:db8:e000::1"));
        add(1, "198.18.0.5", 24);
        add(1, "198.18.7.5", 24);
        assertEquals("198.18.7.5", source("198.18.7.9"));
        assertEquals("198.18.0.5", source("198.18.0.9"));
    }
}
