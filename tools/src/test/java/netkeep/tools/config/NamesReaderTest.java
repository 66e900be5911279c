package netkeep.tools.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import netkeep.names.NameServer;
import netkeep.names.NameSettings;
import netkeep.wire.DomainName;
import org.junit.jupiter.api.Test;

class NamesReaderTest {
    private static final String LINK = "[[link]]\ntap = \"nk0\"\naddresses = [\"198.18.0.2/24\"]\n[names]\n";

    private static final NameSettings SYSTEM = new NameSettings(
            List.of(NameServer.parse("198.18.0.9")),
            List.of(DomainName.parse("lan")),
            2,
            TimeUnit.SECONDS.toNanos(3),
            4);

    private static NameSettings settings(String names) {
        ConfigFile.Read read = ConfigFile.read(LINK + names);
        assertEquals(List.of(), read.problems());
        return Objects.requireNonNull(read.config()).names().settings(SYSTEM);
    }

    private static List<String> problems(String names) {
        return ConfigFile.read(LINK + names).problems().stream()
                .map(Problem::toString)
                .toList();
    }

    @Test
    void whatIsLeftOutIsTheSystems() {
        int all = NameSettings.SERVERS | NameSettings.NAMES;
        assertEquals(SYSTEM.advised(all), settings(""), "but what the links say goes before");
        assertEquals(
                NameSettings.SERVERS, settings("search = [\"example.org\"]").advised());
        NameSettings own = settings("servers = [\"198.18.0.1:5353\", \"fd00::1\"]");
        assertEquals(List.of(NameServer.parse("198.18.0.1:5353"), NameServer.parse("fd00::1")), own.servers());
        assertEquals(List.of(), own.search());
        NameSettings none = settings(
                "servers = []\nsearch = [\"example.org\"]\nndots = 0\ntimeout = 30\nattempts = 5\nhosts = \"\"\n");
        assertEquals(
                new NameSettings(
                        List.of(), List.of(DomainName.parse("example.org")), 0, TimeUnit.SECONDS.toNanos(30), 5),
                none);
        assertEquals(none, NameSettings.of(none.lines()));
        assertEquals(SYSTEM.advised(all), NameSettings.of(SYSTEM.advised(all).lines()));
        assertEquals(own, NameSettings.of(own.lines()));
    }

    @Test
    void whatIsWrongIsToldWithItsRemedy() {
        assertEquals(1, problems("servers = [\"example.org\"]").size());
        String none = problems("servers = [\"example.org\"]").getFirst();
        assertTrue(none.startsWith("5: ") && none.contains("write an address, as 198.18.0.1"), none);
        String loopback = problems("servers = [\"127.0.0.53\"]").getFirst();
        assertTrue(loopback.contains("the stack's loopback has no name server"), loopback);
        assertTrue(problems("search = [\"a..b\"]").getFirst().contains("write a name, as example.org"));
        assertEquals(1, problems("ndots = 16").size());
        assertEquals(1, problems("timeout = 0").size());
        assertEquals(1, problems("attempts = 6").size());
        String many = "search = [" + "\"a\",".repeat(9) + "]";
        assertTrue(
                problems(many).getFirst().contains("write 8 at most"),
                problems(many).toString());
        assertTrue(problems("server = []").getFirst().contains("did you mean \"servers\""));
    }
}
