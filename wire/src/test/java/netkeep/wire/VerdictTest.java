package netkeep.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class VerdictTest {
    @Test
    void goodPacketIsNoDrop() {
        for (Layer layer : Layer.values()) {
            assertNull(Verdict.OK.counter(layer));
        }
    }

    @Test
    void everyVerdictHasAnIndexOfItsOwn() {
        assertEquals(0, Verdict.OK.index());
        assertEquals(Verdict.values().length, Verdict.count());
        for (Verdict verdict : Verdict.values()) {
            assertEquals(verdict, Verdict.of(verdict.index()));
        }
    }

    @Test
    void dropIsCountedUnderTheKernelsName() {
        assertEquals("TcpInCsumErrors", Verdict.BAD_CHECKSUM.counter(Layer.TCP));
        assertEquals("Udp6InCsumErrors", Verdict.BAD_CHECKSUM.counter(Layer.UDPV6));
        assertEquals("IpInHdrErrors", Verdict.BAD_VERSION.counter(Layer.IPV4));
        assertEquals("Ip6InAddrErrors", Verdict.NOT_OURS.counter(Layer.IPV6));
        assertEquals("UdpNoPorts", Verdict.NO_PORT.counter(Layer.UDP));
        assertEquals("IpReasmTimeout", Verdict.FRAGMENT_TIMEOUT.counter(Layer.IPV4));
    }

    /// A name is that of its layer's family, so that none is counted in another's place.
    @Test
    void namesBelongToTheirLayer() {
        Map<Layer, String> begins = Map.of(
                Layer.IPV4, "Ip(Ext)?(In|Out|Reasm)[A-Z]?.*",
                Layer.IPV6, "Ip6(In|Out|Reasm)[A-Z]?.*",
                Layer.ICMPV4, "Icmp(In|Out)[A-Z].*",
                Layer.ICMPV6, "Icmp6(In|Out)[A-Z].*",
                Layer.UDP, "Udp(In|No|Rcv|Mem|Ign)[a-zA-Z]*",
                Layer.UDPV6, "Udp6(In|No|Rcv|Mem|Ign)[a-zA-Z]*",
                Layer.TCP, "Tcp(In|Ext)[A-Z].*");
        for (Layer layer : Layer.values()) {
            TreeSet<String> names = new TreeSet<>();
            for (Verdict verdict : Verdict.values()) {
                String name = verdict.counter(layer);
                if (name != null) {
                    names.add(name);
                }
            }
            String pattern = begins.get(layer);
            assertEquals(pattern == null, names.isEmpty(), layer + " " + names);
            assertTrue(names.stream().allMatch(name -> name.matches(pattern)), layer + " " + names);
        }
    }
}
