package netkeep.placement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import netkeep.wire.Address;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a reader wishes to see goes as text by control, which may be hostile.
class CaptureWishTest {
    @Test
    void textComesBackAsItWas() {
        CaptureFilter most = new CaptureFilter(Address.parse("fd00:198:18::1"), 65_535, "icmp6", 63);
        for (CaptureFilter filter : new CaptureFilter[] {CaptureFilter.ALL, most}) {
            CaptureWish wish = new CaptureWish(-7, Boundary.SESSION, 0, filter);
            assertEquals(wish, CaptureWish.parse(wish.toString()));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "capture 1 link",
                "captured 1 link 100",
                "capture x link 100",
                "capture 1 wire 100",
                "capture 1 link -1",
                "capture 1 link 100 port=-2",
                "capture 1 link 100 port=65536",
                "capture 1 link 100 session=-2",
                "capture 1 link 100 protocol=sctp",
                "capture 1 link 100 host=here",
                "capture 1 link 100 host",
                "capture 1 link 100 =",
                "capture 1 link 100 user=0"
            })
    void nonsenseIsRefused(String text) {
        assertThrows(IllegalArgumentException.class, () -> CaptureWish.parse(text));
    }
}
