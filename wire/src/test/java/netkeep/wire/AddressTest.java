package netkeep.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.random.RandomGenerator;
import netkeep.sim.Rfc;
import netkeep.sim.Seeds;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressTest {
    private static void assertPrints(String expected, String text) {
        assertEquals(expected, Address.parse(text).toString());
    }

    @Rfc("5952 4.1")
    @Test
    void leadingZerosAreLeftOut() {
        assertPrints("2001:db8:aaaa:bbbb:cccc:dddd:eeee:1", "2001:0db8:aaaa:bbbb:cccc:dddd:eeee:0001");
        assertPrints("2001:db8::1:0:0:1", "2001:0db8:0000:0000:0001:0000:0000:0001");
    }

    @Rfc("5952 4.2.1")
    @Test
    void runOfZerosIsShortenedAsFarAsItGoes() {
        assertPrints("2001:db8::2:1", "2001:db8:0:0:0:0:2:1");
        assertPrints("::1", "0:0:0:0:0:0:0:1");
        assertPrints("::", "0:0:0:0:0:0:0:0");
        assertPrints("fe80::", "fe80:0:0:0:0:0:0:0");
    }

    @Rfc("5952 4.2.2")
    @Test
    void oneGroupOfZerosIsNotShortened() {
        assertPrints("2001:db8:0:1:1:1:1:1", "2001:db8::1:1:1:1:1");
        assertPrints("0:1:2:3:4:5:6:7", "::1:2:3:4:5:6:7");
        assertPrints("1:2:3:4:5:6:7:0", "1:2:3:4:5:6:7::");
    }

    @Rfc("5952 4.2.3")
    @Test
    void longestRunIsShortenedAndTheFirstOfEquals() {
        assertPrints("2001:0:0:1::1", "2001:0:0:1:0:0:0:1");
        assertPrints("2001:db8::1:0:0:1", "2001:db8:0:0:1:0:0:1");
        assertPrints("0:0:1::", "0:0:1:0:0:0:0:0");
    }

    @Rfc("5952 4.3")
    @Test
    void lettersAreSmall() {
        assertPrints("2001:db8::abcd:ef", "2001:DB8::ABCD:EF");
    }

    @Rfc("5952 5")
    @Test
    void mappedAddressIsWrittenAsWhatItIs() {
        assertPrints("192.0.2.1", "::ffff:192.0.2.1");
        assertPrints("192.0.2.1", "::FFFF:c000:0201");
        assertPrints("0.0.0.0", "0.0.0.0");
        assertPrints("255.255.255.255", "255.255.255.255");
    }

    @Rfc("4291 2.2 text")
    @ParameterizedTest
    @CsvSource({
        "ABCD:EF01:2345:6789:ABCD:EF01:2345:6789, abcdef0123456789, abcdef0123456789",
        "2001:DB8:0:0:8:800:200C:417A,            20010db800000000, 00080800200c417a",
        "2001:DB8::8:800:200C:417A,               20010db800000000, 00080800200c417a",
        "FF01::101,                               ff01000000000000, 0000000000000101",
        "::13.1.68.3,                             0000000000000000, 000000000d014403",
        "::FFFF:129.144.52.38,                    0000000000000000, 0000ffff81903426",
        "64:ff9b::192.0.2.33,                     0064ff9b00000000, 00000000c0000221",
        "1:2:3:4:5:6:77.77.88.88,                 0001000200030004, 000500064d4d5858",
        "1::,                                     0001000000000000, 0000000000000000",
    })
    void allThreeFormsAreRead(String text, String hi, String lo) {
        assertEquals(Address.of(Long.parseUnsignedLong(hi, 16), Long.parseUnsignedLong(lo, 16)), Address.parse(text));
    }

    @Rfc("4291 2.2 text")
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":",
                ":::",
                "1",
                "1:",
                ":1",
                "1:2:3:4:5:6:7",
                "1:2:3:4:5:6:7:8:9",
                "1::2::3",
                "1:2:3:4::5:6:7:8",
                "::1:2:3:4:5:6:7:8",
                "12345::",
                "g::",
                "::1.2.3",
                "::1.2.3.4.5",
                "1.2.3.4::",
                "1:2:3:4:5:6:7:1.2.3.4",
                "::1.2.3.256",
                "::01.2.3.4",
                "::-1",
                "::1 ",
                " ::1",
                "::1%lo",
                "::1/64",
                "1.2.3",
                "1.2.3.4.5",
                "1.2.3.",
                ".1.2.3",
                "1..2.3",
                "01.2.3.4",
                "1.2.3.4 ",
                "256.1.1.1",
                "1.2.3.4567",
                "0x1.2.3.4",
                "1.2.3.+4",
                "::\u0661",
                "\u0661.2.3.4",
                "::ffff:1.2.3.4:5",
                "1:2:3:4:5:6::7:8.9.1.2",
                "0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000"
            })
    void nothingElseIsRead(String text) {
        assertThrows(IllegalArgumentException.class, () -> Address.parse(text));
    }

    private static Address drawn(RandomGenerator luck) {
        if (luck.nextInt(4) == 0) {
            return Address.v4(luck.nextInt());
        }
        long hi = luck.nextLong();
        long lo = luck.nextLong();
        for (int group = 0; group < 4; group++) {
            hi &= luck.nextBoolean() ? -1L : ~(0xFFFFL << 16 * group);
            lo &= luck.nextBoolean() ? -1L : ~(0xFFFFL << 16 * group);
        }
        return Address.of(hi, lo);
    }

    /// The JDK reads texts and tells kinds of addresses, too: what it says, we say.
    @Test
    void jdkSaysTheSame() {
        Seeds.each(4_000, luck -> {
            Address address = drawn(luck);
            InetAddress inet = inet(address.octets());

            assertEquals(address, Address.parse(address.toString()));
            assertEquals(inet, InetAddress.ofLiteral(address.toString()));
            assertEquals(address, Address.parse(inet.getHostAddress()));
            assertEquals(address, Address.of(inet.getAddress()));
            assertArrayEquals(inet.getAddress(), address.octets());
            assertEquals(inet.isMulticastAddress(), address.isMulticast());
            assertEquals(inet.isLoopbackAddress(), address.isLoopback());
            assertEquals(inet.isLinkLocalAddress(), address.isLinkLocal());
            assertEquals(inet.isAnyLocalAddress(), address.isUnspecified());
        });
    }

    @Test
    void textsThatWeReadTheJdkReadsToo() {
        Seeds.each(4_000, luck -> {
            StringBuilder text = new StringBuilder(drawn(luck).toString());
            for (int changes = luck.nextInt(4); changes > 0; changes--) {
                int at = luck.nextInt(text.length());
                char c = ":.01f9".charAt(luck.nextInt(6));
                switch (luck.nextInt(3)) {
                    case 0 -> text.insert(at, c);
                    case 1 -> text.setCharAt(at, c);
                    default -> text.insert(at, "::");
                }
            }
            Address address;
            try {
                address = Address.parse(text.toString());
            } catch (IllegalArgumentException refused) {
                return;
            }
            assertEquals(inet(address.octets()), InetAddress.ofLiteral(text.toString()), text::toString);
        });
    }

    private static InetAddress inet(byte[] octets) {
        try {
            return InetAddress.getByAddress(octets);
        } catch (UnknownHostException impossible) {
            throw new AssertionError(impossible);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "ff01::1,          1",
        "ff02::1,          2",
        "ff05::2,          5",
        "ff3e::8000:1,    14",
        "fe80::1,          2",
        "fec0::1,          5",
        "::1,              2",
        "fd00::1,         14",
        "2001:db8::1,     14",
        "127.0.0.1,        2",
        "169.254.1.1,      2",
        "224.0.0.22,       2",
        "224.0.1.1,       14",
        "10.0.0.1,        14",
    })
    void scopeSaysHowFarAnAddressReaches(String text, int scope) {
        assertEquals(scope, Address.parse(text).scope());
    }

    @ParameterizedTest
    @ValueSource(strings = {"fe80::1", "febf:ffff::1", "169.254.0.1", "169.254.255.255"})
    void edgesOfLinkLocal(String text) {
        assertTrue(Address.parse(text).isLinkLocal());
    }

    @ParameterizedTest
    @ValueSource(strings = {"fec0::1", "fe7f::1", "169.253.255.255", "169.255.0.0", "::a9fe:1"})
    void beyondTheEdgesOfLinkLocal(String text) {
        assertFalse(Address.parse(text).isLinkLocal());
    }

    @Rfc("4291 2.7.1 solicited node")
    @Test
    void solicitedNodeGroupHasTheLow24Bits() {
        Address address = Address.parse("4037::01:800:200e:8c6c");
        Address group = Address.of(Address.LINK_GROUP_HI, Address.solicitedNodeLo(address.lo()));

        assertEquals(Address.parse("ff02::1:ff0e:8c6c"), group);
        assertTrue(Address.isSolicitedNode(group.hi(), group.lo()));
        assertFalse(Address.isSolicitedNode(Address.LINK_GROUP_HI, 0x2_FF0E_8C6CL));
        assertFalse(Address.isSolicitedNode(address.hi(), group.lo()));
    }

    @Test
    void constantsAreTheAddressesTheyAreNamedFor() {
        assertEquals("255.255.255.255", Address.BROADCAST.toString());
        assertEquals("0.0.0.0", Address.UNSPECIFIED_V4.toString());
        assertEquals("224.0.0.1", Address.print(0, Address.ALL_HOSTS_V4));
        assertEquals("224.0.0.2", Address.print(0, Address.ALL_ROUTERS_V4));
        assertEquals("224.0.0.22", Address.print(0, Address.IGMP_ROUTERS_V4));
        assertEquals("ff02::16", Address.print(Address.LINK_GROUP_HI, Address.MLD_ROUTERS_LO));
    }

    @Test
    void unicastIsWhatOneInterfaceCanHave() {
        for (String text : new String[] {"10.0.0.1", "127.0.0.1", "::1", "fe80::1", "2001:db8::"}) {
            Address address = Address.parse(text);
            assertTrue(Address.isUnicast(address.hi(), address.lo()), text);
        }
        for (String text :
                new String[] {"0.0.0.0", "::", "224.0.0.1", "239.255.255.255", "ff02::1", "255.255.255.255"}) {
            Address address = Address.parse(text);
            assertFalse(Address.isUnicast(address.hi(), address.lo()), text);
        }
        assertTrue(Address.isUniqueLocal(0xFDL << 56, 1));
        assertTrue(Address.isUniqueLocal(0xFCL << 56, 1));
        assertFalse(Address.isUniqueLocal(0xFEL << 56, 1));
    }

    @Test
    void orderIsThatOfTheNumbers() {
        String[] rising = {"::", "::1", "0.0.0.0", "127.0.0.1", "128.0.0.1", "1::", "7fff::", "8000::", "ffff::"};
        for (int i = 1; i < rising.length; i++) {
            assertTrue(Address.parse(rising[i - 1]).compareTo(Address.parse(rising[i])) < 0, rising[i]);
        }
    }

    @Test
    void onlyFourOrSixteenOctetsAreAnAddress() {
        assertThrows(IllegalArgumentException.class, () -> Address.of(new byte[5]));
    }
}
