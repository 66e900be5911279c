package netkeep.trials.command;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import netkeep.sim.Seeds;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// `netkeep serve http` and its options, with curl, wrk and tcpdump on the kernel's side.
@Timeout(120)
class HttpTest {
    private static final String V4 = "http://" + Place.OURS_4 + ":8080";
    private static final String V6 = "http://[" + Place.OURS_6 + "]:8080";
    private static final int LENGTH = 3_000_001;

    @TempDir
    private Path directory;

    private Path root;
    private byte[] content;
    private Place place;

    @BeforeEach
    void make() throws Exception {
        assumeTrue(Place.has("curl"), "no curl");
        place = new Place(directory);
        root = Files.createDirectory(directory.resolve("root"));
        content = new byte[LENGTH];
        Seeds.luck(1).nextBytes(content);
        Files.write(root.resolve("file"), content);
        Files.write(root.resolve("612"), Arrays.copyOf(content, 612));
    }

    @AfterEach
    void drop() {
        if (place != null) {
            place.close();
        }
    }

    private Place.Running serve(String... more) throws Exception {
        String[] line = {"serve", "http", "--root", root.toString(), "--port", "8080"};
        String[] all = Arrays.copyOf(line, line.length + more.length);
        System.arraycopy(more, 0, all, line.length, more.length);
        Place.Running server = place.ours(all);
        server.says("serving " + root + " on " + V4 + "/ " + V6 + "/");
        return server;
    }

    private Place.Said curl(String... arguments) throws Exception {
        String[] line = {"curl", "--disable", "--noproxy", "*", "-sS", "--globoff", "--max-time", "20"};
        String[] all = Arrays.copyOf(line, line.length + arguments.length);
        System.arraycopy(arguments, 0, all, line.length, arguments.length);
        return place.run(all);
    }

    private Path file(String name) {
        return directory.resolve(name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "50", "forever"})
    void filesComeWholeOverBothFamilies(String spin) throws Exception {
        Place.Running server = serve("--spin", spin);
        for (String base : List.of(V4, V6)) {
            Place.Said said = curl("-o", file("got").toString(), base + "/file");
            assertEquals(0, said.code(), said.err());
            assertArrayEquals(content, Files.readAllBytes(file("got")));
        }
        assertEquals(0, server.stop().code());
    }

    @Test
    void filesComeOverSeveralQueues() throws Exception {
        serve("--queues", "4");
        String[] line = new String[2 + 3 * 16];
        line[0] = "--parallel";
        line[1] = "--parallel-immediate";
        for (int i = 0; i < 16; i++) {
            line[2 + 3 * i] = "-o";
            line[3 + 3 * i] = file("got" + i).toString();
            line[4 + 3 * i] = (i % 2 == 0 ? V4 : V6) + "/file";
        }
        Place.Said said = curl(line);
        assertEquals(0, said.code(), said.err());
        for (int i = 0; i < 16; i++) {
            assertArrayEquals(content, Files.readAllBytes(file("got" + i)));
        }
    }

    /// The kernel's side of the virtual LAN is an interface of its own on top of the TAP.
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void filesComeOverAVirtualLan(boolean offloads) throws Exception {
        assumeTrue(Place.has("ip"), "no ip");
        serve("--vlan", "7", offloads ? "--discover" : "--no-checksum");
        assertEquals(0, place.run("ip", "address", "flush", "dev", "nk-cmd").code());
        Place.Said made =
                place.run("ip", "link", "add", "link", "nk-cmd", "name", "nk-vlan", "type", "vlan", "id", "7");
        assumeTrue(made.code() == 0, made.err());
        assertEquals(
                0,
                place.run("ip", "address", "add", Place.KERNEL_4 + "/24", "dev", "nk-vlan")
                        .code());
        assertEquals(0, place.run("ip", "link", "set", "nk-vlan", "up").code());

        Place.Said said = curl("-o", file("got").toString(), V4 + "/file");

        assertEquals(0, said.code(), said.err());
        assertArrayEquals(content, Files.readAllBytes(file("got")));
    }

    @Test
    void rangesHeadAndKeepAlive() throws Exception {
        serve();
        String got = file("got").toString();
        assertEquals(0, curl("-r", "1000-1999", "-o", got, V6 + "/file").code());
        assertArrayEquals(Arrays.copyOfRange(content, 1000, 2000), Files.readAllBytes(file("got")));
        assertEquals(0, curl("-r", "-5", "-o", got, V4 + "/file").code());
        assertArrayEquals(Arrays.copyOfRange(content, LENGTH - 5, LENGTH), Files.readAllBytes(file("got")));

        Place.Said head = curl("-I", V4 + "/file");
        assertTrue(head.out().startsWith("HTTP/1.1 200 OK"), head.out());
        assertTrue(head.out().contains("Content-Length: " + LENGTH), head.out());

        Place.Said kept =
                curl("-o", got, "-o", got, "-o", got, "-w", "%{num_connects} ", V4 + "/612", V4 + "/file", V4 + "/612");
        assertEquals("1 0 0 ", kept.out());
        assertEquals(
                404,
                Integer.parseInt(
                        curl("-o", got, "-w", "%{http_code}", V4 + "/none").out()));
    }

    @Test
    void uploadToDiscardIsCountedWhole() throws Exception {
        Place.Running discard = place.ours("discard");
        discard.says("discard over");
        // Nobody answers: curl waits in vain, and that is how it ends.
        Place.Said said = place.run(
                "curl",
                "--disable",
                "--noproxy",
                "*",
                "-sS",
                "--max-time",
                "5",
                "--expect100-timeout",
                "0.1",
                "-T",
                root.resolve("file").toString(),
                "http://" + Place.OURS_4 + ":9/file");
        assertEquals(28, said.code(), said.err());
        String end = discard.stop().out();
        long octets = Long.parseLong(end.replaceAll("(?s).*?(\\d+) octets.*", "$1"));
        assertTrue(octets > LENGTH && octets < LENGTH + 1_000, end);
    }

    @Test
    void wrkSeesNoErrors() throws Exception {
        assumeTrue(Place.has("wrk"), "no wrk");
        serve();
        Place.Said said = place.run("wrk", "-t1", "-c32", "-d2s", "--timeout", "20s", V4 + "/612");
        assertEquals(0, said.code(), said.err());
        assertTrue(said.out().contains("Requests/sec"), said.out());
        assertTrue(!said.out().contains("Socket errors") && !said.out().contains("Non-2xx"), said.out());
    }

    /// What both sides captured, tshark reads without a complaint: no malformed packet, no bad checksum of ours.
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void tsharkFindsNothingWrong(boolean offloads) throws Exception {
        assumeTrue(Place.has("tshark") && Place.has("tcpdump"), "no tshark, no tcpdump");
        Path ours = file("ours.pcapng");
        Path kernels = file("kernels.pcap");
        String[] options = {"--capture", ours.toString(), "--no-checksum"};
        Place.Running server = serve(offloads ? Arrays.copyOf(options, 2) : options);
        Place.Running dump = place.start(List.of(
                "tcpdump", "-i", "nk-cmd", "-U", "-B", "65536", "-s", "0", "-Z", "root", "-w", kernels.toString()));
        dump.says("listening on");
        for (String base : List.of(V4, V6)) {
            assertEquals(0, curl("-o", "/dev/null", base + "/file").code());
        }
        place.run(Place.netkeep(List.of("ss", "--stack", String.valueOf(server.pid())))
                .toArray(String[]::new));
        dump.stop();
        assertEquals(0, server.stop().code());

        assertSound(kernels, !offloads, "ip.src == " + Place.OURS_4 + " || ipv6.src == " + Place.OURS_6);
        // In our own capture open checksums are completed.
        assertSound(ours, true, "ip.src == " + Place.OURS_4 + " || ipv6.src == " + Place.OURS_6);
    }

    private void assertSound(Path capture, boolean checksums, String who) throws Exception {
        String check = String.valueOf(checksums).toUpperCase(java.util.Locale.ROOT);
        String[] tshark = {
            "tshark",
            "-r",
            capture.toString(),
            "-o",
            "tcp.check_checksum:" + check,
            "-o",
            "udp.check_checksum:" + check,
            "-o",
            "ip.check_checksum:TRUE",
            "-T",
            "fields",
            "-e",
            "frame.number",
            "-e",
            "_ws.expert.message",
            "-Y"
        };
        String[] all = Arrays.copyOf(tshark, tshark.length + 1);
        all[tshark.length] = "(" + who + ")";
        Place.Said everything = place.run(all);
        assertEquals(0, everything.code(), everything.err());
        assertTrue(
                everything.out().lines().count() > 20,
                "captured " + everything.out().lines().count());
        all[tshark.length] = "(" + who + ") && (_ws.malformed || _ws.expert.severity == error || _ws.expert.group =="
                + " \"Checksum\" || tcp.checksum.status == \"Bad\" || ip.checksum.status == \"Bad\")";
        assertNone(place.run(all));
        // A wire without faults: next to nothing is sent again. (Where the machine is busy, a probe may be too early.)
        all[tshark.length] = "(" + who + ") && tcp.analysis.retransmission";
        Place.Said again = place.run(all);
        assertEquals(0, again.code(), again.err());
        assertTrue(again.out().lines().count() <= 5 + everything.out().lines().count() / 100, again.out());
    }

    private static void assertNone(Place.Said said) {
        assertEquals(0, said.code(), said.err());
        assertEquals("", said.out());
    }
}
