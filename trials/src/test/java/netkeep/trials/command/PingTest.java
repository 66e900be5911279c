package netkeep.trials.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// `netkeep ping` against the kernel.
@Timeout(120)
class PingTest {
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

    @Test
    void everyRequestIsAnsweredInTheWordsOfPing() throws Exception {
        Place.Said said =
                place.ours("ping", "-c", "3", "-i", "0.05", Place.KERNEL_4).end();

        assertEquals(0, said.code(), said.err());
        List<String> lines = said.out().lines().toList();
        assertEquals("PING 198.18.0.1 (198.18.0.1) 56(84) bytes of data.", lines.getFirst());
        for (int i = 1; i <= 3; i++) {
            assertTrue(
                    lines.get(i).matches("64 bytes from 198\\.18\\.0\\.1: icmp_seq=" + i + " ttl=64 time=[0-9.]+ ms"),
                    lines.get(i));
        }
        assertEquals("--- 198.18.0.1 ping statistics ---", lines.get(5));
        assertTrue(lines.get(6).matches("3 packets transmitted, 3 received, 0% packet loss, time \\d+ms"));
        assertTrue(lines.get(7).matches("rtt min/avg/max/mdev = ([0-9.]+/){3}[0-9.]+ ms"), lines.get(7));
    }

    /// Larger than the MTU: fragments both ways. The first ones wait for the neighbor, and not all of them can.
    @Test
    void largeRequestsOverIpv6AreFragments() throws Exception {
        Place.Said said = place.ours("ping", "-c", "4", "-i", "1", "-s", "20000", "--json", Place.KERNEL_6)
                .end();

        assertEquals(0, said.code(), said.err() + said.out());
        List<String> lines = said.out().lines().toList();
        assertTrue(lines.getFirst().contains("\"event\": \"reply\""), lines.getFirst());
        assertTrue(lines.getFirst().contains("\"bytes\": 20008"), lines.getFirst());
        assertTrue(lines.getFirst().contains("\"wrong_byte\": null"), lines.getFirst());
        assertTrue(lines.getLast().contains("\"event\": \"summary\""), lines.getLast());
        assertTrue(lines.getLast().contains("\"transmitted\": 4"), lines.getLast());
    }

    @Test
    void nobodyThereIsExitCode1() throws Exception {
        Place.Said said = place.ours("ping", "-c", "1", "198.18.0.77").end();

        assertEquals(1, said.code());
        assertTrue(said.out().contains("From 198.18.0.2 icmp_seq=1 Destination Host Unreachable"), said.out());
        assertTrue(said.out().contains("1 packets transmitted, 0 received, +1 errors, 100% packet loss"), said.out());
    }

    @Test
    void deadlineEndsItAndSilenceIsExitCode1() throws Exception {
        Place.Said said = place.ours("ping", "-w", "0.4", "-i", "0.1", "--fault-in", "loss=1", Place.KERNEL_4)
                .end();

        assertEquals(1, said.code());
        assertTrue(said.out().contains(" 0 received"), said.out());
    }

    @Test
    void whoeverEndsItSeesTheSummary() throws Exception {
        Place.Running running = place.ours("ping", "-i", "0.05", Place.KERNEL_4);
        running.says("icmp_seq=3 ");
        Place.Said said = running.stop();

        assertEquals(0, said.code(), said.err());
        assertTrue(said.out().contains("ping statistics"), said.out());
    }

    @Test
    void noWayIsExitCode2() throws Exception {
        Place.Said said =
                place.command("ping", "-c", "1", "--link", "tap:nk-cmd", "--address", "198.18.0.2/24", "203.0.113.1");
        assertEquals(2, said.code(), said.out());
        assertTrue(said.err().startsWith("netkeep: there is no way to 203.0.113.1"), said.err());
        assertEquals(1, said.err().lines().count());
    }
}
