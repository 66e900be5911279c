package netkeep.trials.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import netkeep.linux.Netlink;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What is used wrongly, or refused by the machine, is said in one line, with exit code 2.
@Timeout(120)
class UsageTest {
    @TempDir
    private Path directory;

    private Place place;

    @BeforeEach
    void make() {
        place = new Place(directory);
    }

    @AfterEach
    void drop() {
        place.close();
    }

    private void refused(String says, String... arguments) throws Exception {
        Place.Said said = place.command(arguments);
        assertEquals(2, said.code(), said.out() + said.err());
        assertEquals(1, said.err().lines().count(), said.err());
        assertTrue(said.err().startsWith("netkeep: "), said.err());
        assertTrue(said.err().contains(says), said.err());
        assertEquals("", said.out());
    }

    @Test
    void linkThatIsNotThereIsNamedWithWhatToDo() throws Exception {
        refused("ip link add nope type veth", "echo", "--link", "packet:nope", "--address", "198.18.0.2/24");
    }

    @Test
    void unknownKindOfLink() throws Exception {
        refused("tap:NAME or packet:NAME", "echo", "--link", "foo:nope", "--address", "198.18.0.2/24");
    }

    @Test
    void noLinkAtAll() throws Exception {
        refused("--link is missing", "echo", "--address", "198.18.0.2/24");
    }

    @Test
    void addressThatNoHostHas() throws Exception {
        refused("224.0.0.1", "echo", "--link", "tap:nk-cmd", "--address", "224.0.0.1/24");
    }

    @Test
    void packetsTooSmallForIpv6() throws Exception {
        refused("IPv6 needs 1280", "echo", "--link", "tap:nk-cmd", "--address", "fd00:198:18::2/64", "--mtu", "576");
    }

    @ParameterizedTest
    @CsvSource({
        "--snap -1: at least 0, --snap, -1",
        "--ring is for a packet link, --ring, 8",
        "--fault loss=2: chance 2, --fault, loss=2",
        "--fault-in nonsense: fault nonsense, --fault-in, nonsense",
        "--fault-out delay=x, --fault-out, delay=x",
        "--spin -1, --spin, -1",
        "unicast, --mac, 01:00:00:00:00:01",
        "--mac 1:2, --mac, 1:2",
        "vlan 5000, --vlan, 5000",
        "mtu 10, --mtu, 10",
        "'--route foo=bar: a prefix', --route, foo=bar",
        "'--router bar: a prefix', --router, bar",
        "--port 70000, --port, 70000",
        "netkeep or jdk, --provider, foo"
    })
    void valueOfNoUse(String says, String option, String value) throws Exception {
        refused(says, "echo", "--link", "tap:nk-cmd", "--address", "198.18.0.2/24", option, value);
    }

    /// Said before anything is made: no process that dies of its settings is started again and again.
    @ParameterizedTest
    @CsvSource({
        "--spin soon, --spin, soon",
        "'--route foo=bar: a prefix', --route, foo=bar",
        "both of one version, --route, 198.18.2.0/24=fd00:198:18::1",
        "'--router bar: a prefix', --router, bar",
        "'use netkeep serve http --link', --placement, embedded",
        "'\"apart\" is none of monolithic, factored', --placement, apart"
    })
    void valueOfNoUseToADaemon(String says, String option, String value) throws Exception {
        String session = directory.resolve("session").toString();
        String[] link = {"--link", "tap:nk-cmd", "--address", "198.18.0.2/24"};
        refused(says, "up", "--session", session, link[0], link[1], link[2], link[3], option, value);
    }

    @Test
    void linkWithoutAName() throws Exception {
        refused("there is no name behind the colon", "echo", "--link", "tap:", "--address", "198.18.0.2/24");
    }

    @Test
    void directoryThatIsNoneIsNamed() throws Exception {
        String[] link = {"--link", "tap:nk-cmd", "--address", "198.18.0.2/24"};
        for (String root : List.of("/nowhere", "/etc/passwd")) {
            refused(
                    "--root " + root + ": no directory",
                    "serve",
                    "http",
                    "--root",
                    root,
                    link[0],
                    link[1],
                    link[2],
                    link[3]);
        }
    }

    @Test
    void queuesOfWhatHasNone() throws Exception {
        refused("--queues is for a TAP", "echo", "--link", "packet:lo", "--address", "198.18.0.2/24", "--queues", "2");
        refused("queues 300: 1..256", "echo", "--link", "tap:nk-cmd", "--address", "198.18.0.2/24", "--queues", "300");
    }

    @Test
    void oneAddressForBothSides() throws Exception {
        String both = "198.18.0.2/24";
        refused("same address", "echo", "--link", "tap:nk-cmd", "--address", both, "--kernel-address", both);
    }

    @Test
    void captureNowhere() throws Exception {
        refused(
                "--capture /nowhere/file",
                "echo",
                "--link",
                "tap:nk-cmd",
                "--address",
                "198.18.0.2/24",
                "--capture",
                "/nowhere/file");
    }

    @Test
    void unknownCommand() throws Exception {
        refused("nonsense", "nonsense");
    }

    @Test
    void ssWithoutAStackFails() throws Exception {
        Place.Said said = place.command("ss", "--stack", "1");
        assertEquals(1, said.code());
        assertEquals(
                "netkeep: process 1 runs no stack of this user",
                said.err().split(":", -1)[0] + ":" + said.err().split(":", -1)[1]);
    }

    /// The device is deleted under a server that runs: it says so, once, and ends.
    @Test
    void vanishedDeviceIsOneLine() throws Exception {
        Place.Running running = place.ours("echo", "--spin", "0");
        running.says("echo over TCP and UDP");
        place.space().run(() -> {
            try (Netlink netlink = new Netlink()) {
                netlink.delete(netlink.find("nk-cmd").orElseThrow().index());
            }
        });
        Place.Said said = running.end();

        assertEquals(1, said.code(), said.err());
        assertEquals(1, said.err().lines().count(), said.err());
        assertTrue(said.err().contains("link tap:nk-cmd is gone"), said.err());
        assertTrue(said.err().contains("make it again"), said.err());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "demo",
                "serve",
                "serve http",
                "echo",
                "discard",
                "source",
                "iperf3",
                "ping",
                "ss",
                "nstat",
                "doctor",
                "bench"
            })
    void everyCommandHasHelp(String command) throws Exception {
        List<String> words = new java.util.ArrayList<>(List.of(command.split(" ", -1)));
        words.removeIf(String::isEmpty);
        words.add("--help");
        Place.Said said = place.command(words.toArray(String[]::new));
        assertEquals(0, said.code(), said.err());
        assertTrue(said.out().startsWith("Usage: netkeep"), said.out());
        assertFalse(said.out().contains("null"), said.out());
    }

    @Test
    void doctorTellsWhatThisMachineAllows() throws Exception {
        Place.Said said = place.command("doctor");
        // Links work here, or this test had no namespace to run in.
        assertEquals(0, said.code(), said.out() + said.err());
        for (String name : List.of(
                "kernel",
                "JDK",
                "cores",
                "rights",
                "user namespaces",
                "/dev/net/tun",
                "AF_PACKET",
                "huge pages",
                "memfd seals",
                "open files",
                "AOT cache")) {
            assertTrue(said.out().lines().anyMatch(line -> line.startsWith(name)), name);
        }
        Place.Said json = place.command("doctor", "--json");
        assertEquals(0, json.code());
        assertEquals(1, json.out().lines().count());
        assertTrue(json.out().startsWith("{\"able\": true, \"findings\": [{\"name\": \"kernel\""), json.out());
    }
}
