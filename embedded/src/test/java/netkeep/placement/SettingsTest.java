package netkeep.placement;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class SettingsTest {
    @Test
    void textComesBackAsItWas() {
        Settings settings = new Settings(
                List.of("link 1", "stack"),
                50_000,
                true,
                List.of(
                        new Settings.Device(Settings.TAP, "nk0", 1500, 0x02_00_00_00_00_01L, true, true, false),
                        new Settings.Device(Settings.PACKET, "nk1", 9000, 0x02_00_00_00_00_02L, false, false, false)),
                List.of("address 1 198.18.0.2/24", "discover 2", "route 1 0.0.0.0/0 198.18.0.1"));

        assertEquals(settings, Settings.parse(settings.text()));
    }
}
