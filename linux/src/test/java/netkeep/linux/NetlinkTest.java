package netkeep.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// In network namespaces of its own, which go with the test.
class NetlinkTest {
    private static final byte[] V4 = {(byte) 198, 18, 0, 1};
    private static final byte[] V6 = {(byte) 0xfd, 0, 1, (byte) 0x98, 0, 0x18, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};

    private NetworkNamespace here;
    private NetworkNamespace there;
    private Netlink netlink;
    private Netlink other;

    @BeforeEach
    void open() {
        assumeTrue(Threads.effectiveUser() == 0, "needs root, or: unshare --user --map-root-user --net");
        here = NetworkNamespace.make();
        there = NetworkNamespace.make();
        netlink = here.call(Netlink::new);
        other = there.call(Netlink::new);
    }

    @AfterEach
    void close() {
        if (here != null) {
            netlink.close();
            other.close();
            here.close();
            there.close();
        }
    }

    @Test
    void interfaceIsWhatItWasMade() {
        netlink.veth("nk-a", "nk-b");
        int index = netlink.find("nk-a").orElseThrow().index();
        netlink.mtu(index, 9000);
        netlink.queueLength(index, 5000);
        netlink.mac(index, 0x02_00_00_00_00_2aL);
        netlink.up(index);

        Netlink.Interface found = netlink.find(index).orElseThrow();
        assertEquals("nk-a", found.name());
        assertEquals(9000, found.mtu());
        assertEquals(5000, found.queueLength());
        assertEquals(0x02_00_00_00_00_2aL, found.mac());
        assertTrue(found.up());
        assertFalse(netlink.find("nk-b").orElseThrow().up());

        netlink.down(index);
        assertFalse(netlink.find(index).orElseThrow().up());
    }

    @Test
    void oneEndMovesToAnotherNamespaceAndGoesWithTheOther() {
        netlink.veth("nk-a", "nk-b");
        netlink.move(netlink.find("nk-b").orElseThrow().index(), there.descriptor());

        assertTrue(netlink.find("nk-b").isEmpty());
        assertTrue(other.find("nk-b").isPresent());

        netlink.delete(netlink.find("nk-a").orElseThrow().index());
        assertTrue(other.find("nk-b").isEmpty());
    }

    @Test
    void addressesAndRoutesAreThoseThatIpShows() throws IOException {
        netlink.veth("nk-a", "nk-b");
        int index = netlink.find("nk-a").orElseThrow().index();
        netlink.up(index);
        netlink.up(netlink.find("nk-b").orElseThrow().index());
        netlink.address(index, V4, 24);
        netlink.address(index, V6, 64);
        netlink.route(new byte[] {(byte) 198, 19, 0, 0}, 16, new byte[] {(byte) 198, 18, 0, 2}, index);

        String addresses = shown("ip", "addr", "show", "dev", "nk-a");
        assertTrue(addresses.contains("inet 198.18.0.1/24"), addresses);
        assertTrue(addresses.contains("inet6 fd00:198:18::1/64"), addresses);
        String routes = shown("ip", "route");
        assertTrue(routes.contains("198.19.0.0/16 via 198.18.0.2 dev nk-a"), routes);
    }

    @Test
    void failureSaysWhatTheKernelSays() {
        netlink.veth("nk-a", "nk-b");
        int index = netlink.find("nk-a").orElseThrow().index();

        assertEquals(
                Errno.EEXIST,
                assertThrows(LinuxException.class, () -> netlink.veth("nk-a", "nk-c"))
                        .errno());
        LinuxException small = assertThrows(LinuxException.class, () -> netlink.mtu(index, 20));
        assertTrue(small.getMessage().contains("mtu less than device minimum"), small.getMessage());
        LinuxException none = assertThrows(LinuxException.class, () -> netlink.delete(index + 1000));
        assertEquals(Errno.ENODEV, none.errno());
        assertTrue(netlink.find("nk-none").isEmpty());
    }

    @Test
    void workInANamespaceLeavesTheCallerWhereItWas() {
        there.run(() -> {
            try (Netlink inside = new Netlink()) {
                inside.veth("nk-x", "nk-y");
            }
        });

        try (Netlink outside = new Netlink()) {
            assertTrue(outside.find("nk-x").isEmpty());
        }
        assertTrue(other.find("nk-x").isPresent());
    }

    private String shown(String... command) throws IOException {
        Process process = here.start(new ProcessBuilder(command).redirectErrorStream(true));
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
}
