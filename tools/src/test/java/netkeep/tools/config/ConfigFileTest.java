package netkeep.tools.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import netkeep.session.BesideTerms;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigFileTest {
    static final String LINK = """
            [[link]]
            tap = "nk0"
            addresses = ["198.18.0.2/24"]
            """;

    static Config good(String text) {
        ConfigFile.Read read = ConfigFile.read(text);
        assertEquals(List.of(), read.problems());
        assertNotNull(read.config());
        return read.config();
    }

    static List<String> problems(String text) {
        ConfigFile.Read read = ConfigFile.read(text);
        assertNull(read.config());
        return read.problems().stream().map(Problem::toString).toList();
    }

    /// What is there but for comments is what it says.
    @Test
    void exampleOfTheDocumentationIsRead() throws IOException {
        String example = Files.readString(Path.of(System.getProperty("netkeep.root"), "docs", "netkeep.toml"));
        Config config = good(example);
        assertEquals("monolithic", config.placement());
        assertEquals(Path.of("/run/netkeep/session"), config.session());
        assertEquals(Path.of("/var/lib/netkeep"), config.reports());
        assertEquals(50_000, config.spinNs());
        Config.LinkConfig link = new Config.LinkConfig(
                "tap",
                "nk0",
                1500,
                0x02_4e_4b_00_00_01L,
                1,
                false,
                true,
                true,
                true,
                List.of("198.18.0.2/24", "fd00:198:18::2/64"),
                false,
                false,
                List.of("198.18.0.1/24", "fd00:198:18::1/64"));
        assertEquals(List.of(link), config.links());
        assertEquals(List.of(new Config.RouteConfig("0.0.0.0/0", "198.18.0.1", 1)), config.routes());
        assertEquals(64, config.limits().sessions());
        assertEquals(
                List.of("address 1 198.18.0.2/24", "address 1 fd00:198:18::2/64", "route 1 0.0.0.0/0 198.18.0.1"),
                config.lines());
        assertEquals(
                List.of(
                        "filter accept in tcp 198.18.0.0/24 any 80-80 0 0",
                        "filter accept in tcp 198.18.0.0/24 any 8000-8999 0 0",
                        "filter accept in icmp any any 0-65535 any",
                        "filter reject in any any any 0-65535 any"),
                config.filterLines());
        assertEquals(
                List.of("limit any 1024 8589934592 0 0 0", "limit 65534 64 67108864 100 12500000 25000000"),
                config.limitLines());
    }

    @Test
    void eachStackIsWhatItsTableSays() {
        Config config = good("""
                session = "/s"
                spin = 7
                [[stack]]
                name = "one"
                users = ["5", "6"]
                sessions = 3
                [[stack]]
                name = "two"
                spin = 0
                sockets = 8
                [limits]
                sessions = 9
                """ + LINK);
        assertEquals(2, config.links().getFirst().queues());
        assertEquals(7_000, config.stack(0).spinNs());
        assertEquals(0, config.stack(1).spinNs());
        assertEquals(3, config.stack(0).limits().sessions());
        assertEquals(9, config.stack(1).limits().sessions());
        assertEquals(List.of(), config.stack(0).limitLines());
        assertEquals(8, config.stack(1).limits().quotas().getFirst().sockets());
        assertEquals(
                List.of("share 1 2", "stack one /s", "lead 5 0", "lead 6 0", "stack two /s.two", "lead any 1"),
                config.shareLines(Path.of("/s"), 1));
    }

    @Test
    void wrongStackIsToldWithWhatToWrite() {
        assertEquals(
                List.of(
                        "1: [[stack]] without a name: write name = \"NAME\"",
                        "2: users: \"no such one\": this machine has no such user: write a name of /etc/passwd, or "
                                + "a number",
                        "4: name: \"A\": 1..15 of the letters a-z, digits and -",
                        "6: [[stack]] without users serves all others: write users = [\"NAME\"] in one",
                        "9: name: \"b\" is another stack's already: choose another name",
                        "10: users: \"5\": another stack has this user already: write it once",
                        "13: queues: each stack serves one queue: write 4, or leave it out",
                        "15: dhcp: a server lends an address to one stack: write addresses, or no [[stack]]",
                        "17: packet: a packet socket has one queue, for one stack: write tap, or no [[stack]]"),
                problems("""
                        [[stack]]
                        users = ["no such one", "5"]
                        [[stack]]
                        name = "A"
                        spin = 1
                        [[stack]]
                        name = "b"
                        [[stack]]
                        name = "b"
                        users = ["5"]
                        [[link]]
                        tap = "x"
                        queues = 2
                        addresses = []
                        dhcp = true
                        [[link]]
                        packet = "eth1"
                        addresses = []
                        """));
        assertEquals(
                List.of("1: [[stack]] is there for each of 2..8 stacks, or not at all"),
                problems("[[stack]]\nname = \"one\"\n" + LINK));
    }

    @Test
    void wrongRuleIsToldWithWhatToWrite() {
        assertEquals(
                List.of(
                        "4: [[filter]] without action: write action = \"accept\", \"drop\" or \"reject\"",
                        "5: protocol: \"sctp\" is none of any, tcp, udp, icmp",
                        "8: ports: \"99999\": ports are 0..65535, the first not above the last",
                        "9: from: \"198.18.0\" is no address: write ADDRESS or PREFIX/LENGTH",
                        "10: user: \"no such one\": this machine has no such user: write a name of /etc/passwd, or a "
                                + "number without quotes",
                        "13: ports: only tcp and udp have ports: write protocol = \"tcp\" or \"udp\""),
                problems(LINK + """
                        [[filter]]
                        protocol = "sctp"
                        [[filter]]
                        action = "drop"
                        ports = ["99999"]
                        from = "198.18.0"
                        user = "no such one"
                        [[filter]]
                        action = "drop"
                        ports = ["1-2"]
                        """));
    }

    /// Each key is optional but the device's name and an address: the example says what it is then.
    @Test
    void whatIsLeftOutIsAsDocumented() {
        Config config = good(LINK);
        assertEquals("monolithic", config.placement());
        assertNull(config.session());
        assertNull(config.reports());
        assertEquals(50_000, config.spinNs());
        List<String> ours = List.of("198.18.0.2/24");
        Config.LinkConfig link =
                new Config.LinkConfig("tap", "nk0", 0, 0, 1, false, true, true, true, ours, false, false, List.of());
        assertEquals(List.of(link), config.links());
        assertEquals(List.of(), config.routes());
        assertEquals(64, config.limits().sessions());
    }

    @Test
    void severalLinksAndRoutesAreNumbered() {
        Config config = good("""
                [[link]]
                tap = "a"
                addresses = ["198.18.1.2/24"]
                offloads = []
                [[link]]
                packet = "b"
                slaac = true
                dhcp = true
                [[route]]
                to = "203.0.113.0/24"
                via = "198.18.1.1"
                link = "a"
                [[route]]
                to = "default"
                via = "fe80::1"
                link = "b"
                """);
        assertEquals(
                List.of(
                        "address 1 198.18.1.2/24",
                        "discover 2",
                        "dhcp 2",
                        "route 1 203.0.113.0/24 198.18.1.1",
                        "route 2 ::/0 fe80::1"),
                config.lines());
        assertEquals(false, config.links().getFirst().checksum());
        assertEquals("tap", config.links().getFirst().kind());
        assertEquals("packet", config.links().getLast().kind());
    }

    @Test
    void unknownKeyIsAnErrorWithTheNearestKnownOne() {
        assertEquals(
                List.of(
                        "1: unknown key \"sessoin\": did you mean \"session\"?",
                        "4: unknown key \"adresses\" in [[link]]: did you mean \"addresses\"?",
                        "5: unknown key \"frobnicate\" in [[link]]: there are addresses, dhcp, kernel-addresses, mac, "
                                + "mtu, offloads, packet, queues, slaac, tap"),
                problems("""
                        sessoin = "/x"
                        [[link]]
                        tap = "nk0"
                        adresses = ["198.18.0.2/24"]
                        frobnicate = 1
                        slaac = true
                        """));
    }

    @Test
    void eachProblemIsToldWithItsLineAndARemedy() {
        assertEquals(
                List.of(
                        "1: spin: the number -1 is not possible: write a whole number, 0..1000000000",
                        "2: placement: \"embedded\" is none of monolithic, factored",
                        "5: mtu: the text \"1500\" is not possible" + ": write a whole number, 68..65521",
                        "6: mac: \"03:00:00:00:00:01\": it is a group's: the first octet of one host's is even",
                        "9: addresses: \"198.18.0.3\": write it with its prefix's length, as 198.18.0.2/24",
                        "10: addresses: \"198.18.0.4/33\": the length behind the slash is 0..32",
                        "11: addresses: the number 7 in it: write texts in quotes",
                        "13: slaac: it is the text \"yes\": write true or false, without quotes"),
                problems("""
                        spin = -1
                        placement = "embedded"
                        [[link]]
                        tap = "nk0"
                        mtu = "1500"
                        mac = "03:00:00:00:00:01"
                        addresses = [
                          "198.18.0.2/24",
                          "198.18.0.3",
                          "198.18.0.4/33",
                          7,
                        ]
                        slaac = "yes"
                        """));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "offloads = ['tso']|offloads: tso and uso need checksum: add it",
                "offloads = ['gso']|offloads: \"gso\": it is none of checksum, tso, uso",
                "mtu = 1000 & slaac = true|mtu: 1000: IPv6 needs 1280 at least; take its addresses away or write more",
                "queues = 2|queues: each stack serves one queue: write 1, or leave it out",
                "kernel-addresses = ['198.18.0.2/24']|kernel-addresses: the two sides of a link cannot have the same "
                        + "address: change one",
            })
    void linkThatCannotBeIsRefused(String more, String problem) {
        List<String> said = problems(LINK + more.replace(" & ", "\n"));
        assertEquals(List.of("4: " + problem), said);
    }

    @Test
    void reportsAreWrittenToADirectoryOrNowhere() {
        assertEquals(Path.of(""), good("reports = \"\"\n" + LINK).reports());
        assertEquals(List.of("1: reports: it is true: write a text in quotes"), problems("reports = true\n" + LINK));
    }

    @Test
    void routesNeedADestinationARouterAndALinkThatIsThere() {
        assertEquals(
                List.of(
                        "4: [[route]] without via: write via = \"ADDRESS\"",
                        "7: to: \"2001:db8::/32\": prefix and router are of different versions of IP: write "
                                + "PREFIX/LENGTH or default",
                        "10: via: \"198.18.0.1/24\" is no address of a router: write one without a length",
                        "13: link: \"nk1\": there is no [[link]] with such a device"),
                problems(LINK + """
                        [[route]]
                        to = "default"
                        [[route]]
                        to = "2001:db8::/32"
                        via = "198.18.0.1"
                        [[route]]
                        via = "198.18.0.1/24"
                        to = "default"
                        [[route]]
                        link = "nk1"
                        to = "default"
                        via = "198.18.0.1"
                        """));
    }

    @Test
    void whatIsNoTomlIsToldWithItsLine() {
        List<String> said = problems("session = \"/x\"\nspin = = 3\n");
        assertTrue(said.getFirst().startsWith("2: not TOML: "), said.toString());
    }

    @Test
    void linkHasOneDevice() {
        assertEquals(
                List.of(
                        "1: [[link]] without a device: write tap = \"NAME\" or packet = \"NAME\" below it",
                        "4: packet: a link has one device: take it away, or tap",
                        "9: kernel-addresses: the other end of a packet link is not ours: take it away"),
                problems("""
                        [[link]]
                        slaac = true
                        [[link]]
                        packet = "a"
                        tap = "b"
                        slaac = true
                        [[link]]
                        packet = "c"
                        kernel-addresses = ["198.18.0.1/24"]
                        slaac = true
                        """));
    }

    @Test
    void fileWithoutALinkIsNoConfiguration() {
        assertEquals(
                List.of("1: there is no link: write [[link]] and, below it, tap = \"NAME\""), problems("spin = 1\n"));
    }

    @Test
    void distanceCountsLetters() {
        assertEquals(0, TableReader.distance("mtu", "mtu"));
        assertEquals(1, TableReader.distance("adresses", "addresses"));
        assertEquals(2, TableReader.distance("sessoin", "session"));
        assertEquals(3, TableReader.distance("", "mac"));
    }

    @Test
    void programBesideHasAUserAndPorts() {
        Config config = good("[beside]\nuser = 33\nports = [\"80\", \"8000-8999\"]\n" + LINK);
        assertEquals(new BesideTerms(33, "80,8000-8999"), config.beside());
        assertTrue(config.links().getFirst().more());
        assertNull(good(LINK).beside());
    }

    @Test
    void whatAProgramBesideCannotHaveIsSaid() {
        String ports = "write ports of 1..65535, as \"80\" or \"8000-8999\"";
        assertEquals(
                List.of(
                        "1: [beside] without a user: write user = \"NAME\"",
                        "2: ports: \"0\": " + ports + ", the first not above the last",
                        "2: ports: \"9-8\": " + ports + ", the first not above the last",
                        "2: ports: \"http\": " + ports),
                problems("[beside]\nports = [\"0\", \"9-8\", \"http\"]\n" + LINK));
        assertEquals(
                List.of("1: [beside] without ports: write ports = [\"80\"]"), problems("[beside]\nuser = 33\n" + LINK));
        assertEquals(
                List.of("5: packet: a packet socket has one queue, for one stack: write tap, or no [beside]"),
                problems("""
                        [beside]
                        user = 33
                        ports = ["80"]
                        [[link]]
                        packet = "eth1"
                        dhcp = true
                        """));
    }
}
