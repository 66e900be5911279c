package netkeep.tools.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Stream;
import netkeep.names.NameSettings;
import netkeep.placement.Settings;
import netkeep.tools.status.StatusLine;
import org.junit.jupiter.api.Test;

class DifferenceTest {
    private static final List<StatusLine> NOW = Stream.of(
                    "stack turn=7",
                    "link number=1 name=nk0 mtu=1500 discover=false",
                    "address link=1 address=198.18.0.2/24 state=assigned manual=true",
                    "address link=1 address=fe80::1/64 state=assigned manual=false",
                    "route link=1 prefix=198.18.0.0/24 manual=true",
                    "route link=1 prefix=0.0.0.0/0 router=198.18.0.1 manual=true",
                    "route link=1 prefix=::/0 router=fe80::9 manual=false")
            .map(StatusLine::parse)
            .toList();

    private static final Settings STARTED = Settings.parse("""
            part stack
            spin 50000
            device tap nk0 1500 2 true true true
            address 1 198.18.0.2/24
            """);

    private static Config config(String text) {
        Config config = ConfigFile.read(text).config();
        assertNotNull(config, ConfigFile.read(text).problems().toString());
        return config;
    }

    /// What was started, with other lines besides.
    private static Settings with(List<String> lines) {
        return Settings.parse(STARTED.text() + String.join("\n", lines));
    }

    private static Difference difference(Config config, Settings started) {
        return Difference.of(config, started, NOW, List.of(), NameSettings.DEFAULT);
    }

    private static Difference difference(String text) {
        return difference(config(text), STARTED);
    }

    @Test
    void sameConfigurationChangesNothing() {
        assertTrue(difference("""
                [[link]]
                tap = "nk0"
                addresses = ["198.18.0.2/24"]
                [[route]]
                to = "default"
                via = "198.18.0.1"
                """).none());
    }

    @Test
    void rulesChangeTogetherOrNotAtAll() {
        String link = "[[link]]\ntap = \"nk0\"\n";
        String rule = "[[filter]]\naction = \"drop\"\n";
        Config config = ConfigFile.read(link + "slaac = true\n" + rule).config();
        assertNotNull(config);
        List<String> rules = List.of("filter drop in any any any 0-65535 any");
        assertNull(
                Difference.of(config, STARTED, NOW, rules, NameSettings.DEFAULT).filter());
        assertEquals(
                rules,
                Difference.of(config, STARTED, NOW, List.of(), NameSettings.DEFAULT)
                        .filter());
        assertEquals(
                rules,
                Difference.of(config, STARTED, NOW, List.of(rules.getFirst(), "filter x"), NameSettings.DEFAULT)
                        .filter());
    }

    /// A route goes before the address by which its router is reached, and comes after it.
    @Test
    void addressesAndRoutesComeAndGo() {
        Difference difference = difference("""
                [[link]]
                tap = "nk0"
                addresses = ["198.18.7.2/24", "fd00::2/64"]
                slaac = true
                [[route]]
                to = "default"
                via = "198.18.7.1"
                """);
        assertEquals(List.of("route 1 0.0.0.0/0 198.18.0.1", "address 1 198.18.0.2/24"), difference.remove());
        assertEquals(
                List.of(
                        "address 1 198.18.7.2/24",
                        "address 1 fd00::2/64",
                        "discover 1",
                        "route 1 0.0.0.0/0 198.18.7.1"),
                difference.add());
        assertEquals(List.of(), difference.fixed());
    }

    /// Of what only a start takes it is said how it is, not how it was said.
    @Test
    void whatOnlyAStartTakesIsSaidAsItIs() {
        String link = """
                [[link]]
                tap = "nk0"
                addresses = ["198.18.0.2/24"]
                kernel-addresses = %s
                [[route]]
                to = "default"
                via = "198.18.0.1"
                [names]
                hosts = "%s"
                """;
        Config before = config("placement = \"factored\"\nsession = \"/s\"\nreports = \"/r\"\n"
                + link.formatted("[\"198.18.0.1/24\", \"fd00:0::1/64\"]", ""));
        Config same = config("placement = \"factored\"\nsession = \"/s\"\nreports = \"/r\"\n"
                + link.formatted("[\"fd00::1/64\", \"198.18.0.1/24\"]", ""));
        Config other = config(link.formatted("[\"198.18.0.1/24\"]", "/etc/hosts"));
        Settings started = with(before.atStart());

        assertTrue(difference(same, started).none());
        assertEquals(
                List.of(
                        "placement is factored",
                        "session is /s",
                        "reports is /r",
                        "[names] hosts is \"\"",
                        "[[link]] nk0: kernel-addresses is [198.18.0.1/24, fd00::1/64]"),
                difference(other, started).fixed());
        assertEquals(
                List.of(
                        "placement is monolithic",
                        "session is left out",
                        "reports is left out",
                        "[names] hosts is \"/etc/hosts\"",
                        "[[link]] nk0: kernel-addresses is [198.18.0.1/24]"),
                difference(before, with(other.atStart())).fixed());
        Config nowhere = config("reports = \"\"\n" + link.formatted("[\"198.18.0.1/24\"]", "/etc/hosts"));
        assertEquals(
                List.of("reports is \"\""),
                difference(other, with(nowhere.atStart())).fixed());
        // What the command line said is not kept: no file changes it.
        assertTrue(difference(other, with(List.of())).none());
    }

    @Test
    void linkThatIsGoneIsSaidOnce() {
        Settings started =
                with(config("[[link]]\ntap = \"nk0\"\naddresses = []\n").atStart());
        Config other = config("[[link]]\npacket = \"nk1\"\nslaac = true\n");
        assertEquals(
                List.of("[[link]] nk1 is new", "[[link]] nk0 is not there any more"),
                difference(other, started).fixed());
        Config same = config("[[link]]\npacket = \"nk0\"\nslaac = true\n");
        assertEquals(
                List.of("[[link]] nk0: its device is a tap"),
                difference(same, started).fixed());
    }

    @Test
    void whatCannotChangeIsSaid() {
        Difference difference = difference("""
                spin = 10
                [[link]]
                tap = "nk1"
                addresses = ["198.18.9.2/24"]
                [[link]]
                tap = "nk0"
                mtu = 9000
                addresses = ["198.18.0.2/24"]
                offloads = ["checksum"]
                [[route]]
                to = "default"
                via = "198.18.0.1"
                link = "nk0"
                [limits]
                sessions = 3
                """);
        assertEquals(List.of(), difference.remove());
        assertEquals(List.of(), difference.add());
        assertEquals(
                List.of(
                        "[[link]] nk1 is new",
                        "[[link]] nk0: mtu is 1500",
                        "[[link]] nk0: offloads: tso is true",
                        "[[link]] nk0: offloads: uso is true",
                        "spin is 50",
                        "[limits] sessions is 64"),
                difference.fixed());
    }
}
