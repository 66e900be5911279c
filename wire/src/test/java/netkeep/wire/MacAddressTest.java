package netkeep.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import netkeep.sim.Rfc;
import netkeep.sim.Seeds;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MacAddressTest {
    @Test
    void textIsReadAndWritten() {
        Seeds.each(1_000, luck -> {
            long mac = luck.nextLong() >>> 16;
            assertEquals(mac, MacAddress.parse(MacAddress.print(mac)));
        });
        assertEquals("02:00:5e:10:ab:ff", MacAddress.print(0x0200_5E10_ABFFL));
        assertEquals(0x0200_5E10_ABFFL, MacAddress.parse("02-00-5E-10-aB-Ff"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "02:00:5e:10:ab",
                "02:00:5e:10:ab:f",
                "02:00:5e:10:ab:ff:",
                "02:00-5e:10:ab:ff",
                "0g:00:5e:10:ab:ff",
                "02.00.5e.10.ab.ff",
                "02:00:5e:10:ab:f\u0661",
                "020:0:5e:10:ab:ff"
            })
    void nothingElseIsRead(String text) {
        assertThrows(IllegalArgumentException.class, () -> MacAddress.parse(text));
    }

    @Rfc({"1112 6.4 group address", "2464 7 group address"})
    @ParameterizedTest
    @CsvSource({
        "224.0.0.1,          01:00:5e:00:00:01",
        "224.128.0.1,        01:00:5e:00:00:01",
        "239.255.255.250,    01:00:5e:7f:ff:fa",
        "ff02::1,            33:33:00:00:00:01",
        "ff02::1:ff0e:8c6c,  33:33:ff:0e:8c:6c",
    })
    void groupHasALinkAddress(String group, String mac) {
        Address address = Address.parse(group);
        assertEquals(mac, MacAddress.print(MacAddress.ofMulticast(address.hi(), address.lo())));
    }

    /// The example of RFC 2464 §4.
    @Rfc("2464 4 identifier")
    @Test
    void interfaceIdentifierIsMadeOfTheAddress() {
        assertEquals(0x36_56_78_FF_FE_9A_BC_DEL, MacAddress.interfaceId(0x34_56_78_9A_BC_DEL));
        assertEquals(0x00_00_00_FF_FE_00_00_01L, MacAddress.interfaceId(0x02_00_00_00_00_01L));
    }

    @Test
    void firstOctetSaysWhoseItIs() {
        assertTrue(MacAddress.isMulticast(MacAddress.BROADCAST));
        assertTrue(MacAddress.isMulticast(0x3333_0000_0001L));
        assertFalse(MacAddress.isMulticast(0xFEFF_FFFF_FFFFL));
        assertTrue(MacAddress.isLocal(0x0200_0000_0001L));
        assertFalse(MacAddress.isLocal(0x0000_5E00_5301L));
    }
}
