package netkeep.link;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import netkeep.linux.Errno;
import netkeep.linux.Ethtool;
import netkeep.linux.LinuxException;
import netkeep.linux.Netlink;
import netkeep.linux.NetworkNamespace;
import netkeep.linux.Poller;
import netkeep.linux.Threads;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Real devices against the kernel, with frames laid down by hand, in network namespaces that go with the test.
class DeviceTest {
    private static final long DEADLINE_NS = 5_000_000_000L;
    private static final KernelAddress KERNEL = new KernelAddress(0, 0xffff_c612_0001L, 24);
    private static final byte[] V4 = KERNEL.octets();
    private static final String OURS = "c6120002";
    private static final String THEIRS = "c6120001";

    private NetworkNamespace here;
    private NetworkNamespace there;

    @BeforeEach
    void open() {
        assumeTrue(Threads.effectiveUser() == 0, "needs root, or: unshare --user --map-root-user --net");
        here = NetworkNamespace.make();
        there = NetworkNamespace.make();
    }

    @AfterEach
    void close() {
        if (here != null) {
            here.close();
            there.close();
        }
    }

    @ParameterizedTest
    @CsvSource({"true, true", "true, false", "false, false"})
    void tapSpeaksWithTheKernel(boolean checksum, boolean segmentation) {
        TapSettings settings = TapSettings.of("nk-tap")
                .withOffloads(checksum, segmentation, segmentation)
                .withKernelAddresses(List.of(KERNEL));
        here.run(() -> {
            try (TapDevice device = openTap(settings)) {
                Link link = device.queues().getFirst();
                assertEquals(1500, link.mtu());
                assertEquals(checksum, link.checksumOffload());
                assertEquals(segmentation, link.segmentationOffload());
                assertEquals(Link.OVERHEAD + (segmentation ? 65535 : 1500), link.maxFrame());
                conversation(link, here, checksum, segmentation);
            }
        });
    }

    @ParameterizedTest
    @CsvSource({"0, true", "0, false", "30, true", "30, false"})
    void packetSpeaksWithTheKernel(int ringSlots, boolean offloads) {
        here.run(() -> {
            PacketSettings settings = PacketSettings.of("nk-ours")
                    .withOffloads(offloads, offloads, offloads)
                    .withRing(ringSlots);
            veth();
            try (PacketLink link = PacketLink.open(settings)) {
                assertEquals(offloads, link.checksumOffload());
                awake(link);
                // What comes in is as the other end of the wire has it: it keeps its offloads.
                conversation(link, there, true, true);
            }
        });
    }

    /// The kernel keeps a tag beside the frame; whoever reads the frame wants it inside.
    @ParameterizedTest
    @CsvSource({"0", "15"})
    void vlanTagIsInTheFrame(int ringSlots) {
        here.run(() -> {
            veth();
            try (PacketLink link = PacketLink.open(PacketSettings.of("nk-ours").withRing(ringSlots));
                    PacketLink peer = there.call(() -> PacketLink.open(PacketSettings.of("nk-theirs")))) {
                String addresses = Frames.mac(link.mac()) + Frames.mac(peer.mac());
                byte[] plain = Frames.hex(Frames.PLAIN, addresses, "81002007", "88b5", "63".repeat(900));
                byte[] open = Frames.hex("01 00 0000 0000 2600 0600", addresses, "81002007", "0800", "64".repeat(900));
                peer.transmit(Frames.one(plain));
                peer.transmit(Frames.one(open));

                assertArrayEquals(plain, await(link, frame -> hex(frame, 22, 2).equals("8100")));
                assertArrayEquals(open, await(link, frame -> hex(frame, 22, 2).equals("8100")));
            }
        });
    }

    /// The kernel finishes in software what the interface does not.
    @Test
    void interfaceWithoutOffloadsLosesNoSegment() {
        here.run(() -> {
            veth();
            Ethtool.set("nk-ours", Ethtool.Offload.TSO, false);
            Ethtool.set("nk-ours", Ethtool.Offload.TX_CHECKSUM, false);
            assertFalse(Ethtool.has("nk-ours", Ethtool.Offload.TSO));
            assertTrue(there.call(() -> Ethtool.has("nk-theirs", Ethtool.Offload.TSO)));
            try (PacketLink link = PacketLink.open(PacketSettings.of("nk-ours"))) {
                awake(link);
                conversation(link, there, true, true);
            }
        });
    }

    @Test
    void hardwareAddressOfOurChoiceIsHeard() {
        here.run(() -> {
            veth();
            long mac = 0x02_00_00_00_00_2aL;
            try (PacketLink link = PacketLink.open(PacketSettings.of("nk-ours").withMac(mac))) {
                assertEquals(mac, link.mac());
                awake(link);
                conversation(link, there, true, true);
            }
        });
    }

    @Test
    void queuesOfOneDeviceShareItsFrames() {
        here.run(() -> {
            TapSettings settings = TapSettings.of("nk-tap").withQueues(2).withKernelAddresses(List.of(KERNEL));
            try (TapDevice device = openTap(settings)) {
                assertEquals(2, device.queues().size());
                TapLink first = device.queues().get(0);
                TapLink second = device.queues().get(1);
                assertEquals(first.mac(), second.mac());
                // Each answer may come by either queue.
                request(first);
                request(second);
                Poller poller = new Poller(2);
                poller.add(first.descriptor(), Poller.POLLIN);
                poller.add(second.descriptor(), Poller.POLLIN);
                int answers = 0;
                while (answers < 2) {
                    assertTrue(poller.await(DEADLINE_NS) > 0, "no answer before the deadline");
                    for (TapLink queue : device.queues()) {
                        byte[] frame = Frames.receive(queue);
                        answers += frame.length != 0 && hex(frame, 22, 2).equals("0806") ? 1 : 0;
                    }
                }
            }
        });
    }

    @Test
    void ourHardwareAddressIsLocalAndKeptAndNotTheKernels() {
        here.run(() -> {
            try (TapDevice device = openTap(TapSettings.of("nk-tap"));
                    Netlink netlink = new Netlink()) {
                long mac = device.queues().getFirst().mac();
                long kernel = netlink.find("nk-tap").orElseThrow().mac();
                assertEquals(2, mac >>> 40 & 3);
                assertNotEquals(kernel, mac);
                assertEquals(mac, HardwareAddress.choose("nk-tap", kernel));
                assertEquals(5000, netlink.find("nk-tap").orElseThrow().queueLength());
            }
        });
    }

    @Test
    void missingInterfaceIsNamedWithTheWayOut() {
        here.run(() -> {
            LinuxException failure =
                    assertThrows(LinuxException.class, () -> PacketLink.open(PacketSettings.of("nk-none")));
            assertEquals(Errno.ENODEV, failure.errno());
            assertTrue(failure.getMessage().contains("ip link add nk-none type veth"), failure.getMessage());
        });
    }

    @Test
    void nameThatIsTakenIsToldSo() {
        here.run(() -> {
            veth();
            LinuxException failure = assertThrows(
                    LinuxException.class,
                    () -> openTap(TapSettings.of("nk-ours")).close());
            assertEquals(Errno.EINVAL, failure.errno());
            assertTrue(failure.getMessage().contains("choose another name"), failure.getMessage());
        });
    }

    @Test
    void deviceInUseIsToldSo() {
        here.run(() -> {
            try (TapDevice device = openTap(TapSettings.of("nk-tap"))) {
                LinuxException failure = assertThrows(
                        LinuxException.class,
                        () -> openTap(TapSettings.of("nk-tap")).close());
                assertEquals(Errno.EBUSY, failure.errno());
                assertTrue(failure.getMessage().contains("another process has this device open"));
                assertEquals(1, device.queues().size());
            }
        });
    }

    @Test
    void tapThatIsDeletedIsGone() {
        here.run(() -> {
            try (TapDevice device = openTap(TapSettings.of("nk-tap"))) {
                gone(device.queues().getFirst(), "nk-tap");
            }
        });
    }

    @ParameterizedTest
    @CsvSource({"0", "15"})
    void interfaceThatIsDeletedIsGone(int ringSlots) {
        here.run(() -> {
            veth();
            try (PacketLink link = PacketLink.open(PacketSettings.of("nk-ours").withRing(ringSlots))) {
                gone(link, "nk-ours");
            }
        });
    }

    /// Down is not gone: what is sent meanwhile is lost, as with a cable that is out.
    @ParameterizedTest
    @CsvSource({"tap", "packet"})
    void interfaceThatIsDownComesBack(String kind) {
        here.run(() -> {
            veth();
            boolean tap = kind.equals("tap");
            try (Link link = tap
                            ? openTap(TapSettings.of("nk-tap").withKernelAddresses(List.of(KERNEL)))
                                    .queues()
                                    .getFirst()
                            : PacketLink.open(PacketSettings.of("nk-ours"));
                    Netlink netlink = new Netlink()) {
                int index =
                        netlink.find(tap ? "nk-tap" : "nk-ours").orElseThrow().index();
                netlink.down(index);
                drain(link);
                request(link);
                assertEquals(1, link.counters().sentDrops);

                netlink.up(index);
                if (!tap) {
                    awake(link);
                }
                request(link);
                await(link, frame -> hex(frame, 22, 2).equals("0806"));
            }
        });
    }

    /// ARP, an echo, and datagrams of the kernel's, cut or not.
    private void conversation(Link link, NetworkNamespace kernels, boolean checksum, boolean segmentation) {
        request(link);
        byte[] reply = await(link, frame -> hex(frame, 22, 2).equals("0806") && frame[31] == 2);
        assertEquals(Frames.mac(link.mac()), hex(reply, 10, 6));
        String their = hex(reply, 16, 6);
        assertEquals(their + THEIRS, hex(reply, 32, 10));

        String mac = Frames.mac(link.mac());
        link.transmit(Frames.one(Frames.hex(Frames.PLAIN, their, mac, echo(OURS, THEIRS, "netkeep!".repeat(100)))));
        byte[] answer = await(link, frame -> hex(frame, 22, 2).equals("0800") && frame[33] == 1);
        assertEquals("00", hex(answer, 44, 1));
        assertEquals("6e65746b65657021".repeat(100), hex(answer, 52, 800));

        kernels.run(() -> datagrams("198.18.0.2", 1, 100));
        byte[] datagram = await(link, frame -> hex(frame, 22, 2).equals("0800") && frame[33] == 17);
        assertEquals(checksum ? 1 : 0, datagram[0] & 1, "an open checksum");
        assertEquals("61".repeat(100), hex(datagram, 52, 100));

        assertTrue(link.counters().receivedFrames >= 3);
        assertEquals(2, link.counters().sentFrames);
        assertEquals(0, link.counters().receivedDrops);
        if (segmentation) {
            segments(link, kernels, their);
        }
    }

    /// Two datagrams that leave us as one (USO), and reach a socket of the kernel's as two.
    private void segments(Link link, NetworkNamespace kernels, String their) {
        if (!link.udpSegmentation()) {
            return;
        }
        kernels.call(() -> {
            try (DatagramSocket socket = new DatagramSocket(new InetSocketAddress("198.18.0.1", 4000))) {
                socket.setSoTimeout(5000);
                int length = 8 + 2000;
                String ip = "4500 %04x 0000 4000 4011".formatted(20 + length);
                String sum = checksum(ip + "0000" + OURS + THEIRS);
                String udp = "0fa0 0fa0 %04x".formatted(length);
                String partial = complement(checksum(OURS + THEIRS + "0011" + "%04x".formatted(length)));
                link.transmit(Frames.one(Frames.hex(
                        "01 05 2a00 e803 2200 0600",
                        their,
                        Frames.mac(link.mac()),
                        "0800",
                        ip,
                        sum,
                        OURS,
                        THEIRS,
                        udp,
                        partial,
                        "62".repeat(2000))));
                for (int part = 0; part < 2; part++) {
                    DatagramPacket packet = new DatagramPacket(new byte[3000], 3000);
                    socket.receive(packet);
                    assertEquals(1000, packet.getLength());
                    byte[] expected = new byte[1000];
                    Arrays.fill(expected, (byte) 'b');
                    assertArrayEquals(expected, Arrays.copyOf(packet.getData(), 1000));
                }
            }
            return link;
        });
    }

    /// Deletes the link's interface: the next turns find it out, whichever way they go.
    private static void gone(Link link, String name) {
        try (Netlink netlink = new Netlink()) {
            netlink.delete(netlink.find(name).orElseThrow().index());
        }
        Poller poller = new Poller(1);
        poller.add(link.descriptor(), Poller.POLLIN);
        assertEquals(1, poller.await(DEADLINE_NS));
        LinkGone received = assertThrows(LinkGone.class, () -> {
            // A ring asks its socket once in a while only.
            for (int turn = 0; turn < 2000; turn++) {
                Frames.receive(link);
            }
        });
        assertTrue(received.getMessage().contains("make it again"), received.getMessage());
        assertThrows(LinkGone.class, () -> request(link));
    }

    private static TapDevice openTap(TapSettings settings) {
        try {
            return TapDevice.open(settings);
        } catch (LinuxException failure) {
            assumeTrue(!failure.call().startsWith("open "), failure.getMessage());
            throw failure;
        }
    }

    /// A wire from here to there, whose other end the kernel has.
    private void veth() {
        try (Netlink netlink = new Netlink();
                Netlink other = there.call(Netlink::new)) {
            netlink.veth("nk-ours", "nk-theirs");
            int index = netlink.find("nk-theirs").orElseThrow().index();
            netlink.move(index, there.descriptor());
            index = other.find("nk-theirs").orElseThrow().index();
            other.address(index, V4, 24);
            other.up(index);
        }
    }

    private static void request(Link link) {
        String mac = Frames.mac(link.mac());
        byte[] frame = Frames.hex(
                Frames.PLAIN, "ffffffffffff", mac, "0806", "0001 0800 06 04 0001", mac, OURS, "000000000000", THEIRS);
        assertTrue(link.transmit(Frames.one(frame)));
    }

    /// Waits until the other end of a veth pair is awake. The kernel switches its queue on a while after the wire came
    /// up
    /// and drops until then what it would send; its first IPv6 frame says that this is over.
    private static void awake(Link link) {
        await(link, frame -> hex(frame, 22, 2).equals("86dd"));
    }

    private static void drain(Link link) {
        int length = 1;
        for (int frames = 0; frames < 100 && length != 0; frames++) {
            length = Frames.receive(link).length;
        }
        assertEquals(0, length);
    }

    /// The first frame that is looked for; others (the kernel's own IPv6) are passed over.
    private static byte[] await(Link link, Predicate<byte[]> wanted) {
        Poller poller = new Poller(1);
        poller.add(link.descriptor(), Poller.POLLIN);
        for (int frames = 0; frames < 100; frames++) {
            byte[] frame = Frames.receive(link);
            if (frame.length == 0) {
                assertTrue(poller.await(DEADLINE_NS) > 0, "no frame before the deadline");
            } else if (wanted.test(frame)) {
                return frame;
            }
        }
        throw new AssertionError("not among the first frames");
    }

    private static void datagrams(String to, int count, int length) {
        try (DatagramSocket socket = new DatagramSocket()) {
            byte[] octets = new byte[length];
            Arrays.fill(octets, (byte) 'a');
            for (int number = 0; number < count; number++) {
                socket.send(new DatagramPacket(octets, length, InetAddress.getByName(to), 4000));
            }
        } catch (java.io.IOException failure) {
            throw new java.io.UncheckedIOException(failure);
        }
    }

    /// Ether type, IPv4 header and ICMP echo request.
    private static String echo(String from, String to, String text) {
        String ip = "4500 %04x 0000 4000 4001".formatted(28 + text.length());
        String data = java.util.HexFormat.of().formatHex(text.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        String sum = checksum("0800 0000 0001 0001" + data);
        return "0800" + ip + checksum(ip + "0000" + from + to) + from + to + "0800" + sum + "0001 0001" + data;
    }

    private static String checksum(String digits) {
        byte[] octets = Frames.hex(digits);
        int sum = 0;
        for (int at = 0; at < octets.length; at += 2) {
            sum += (octets[at] & 0xFF) << 8 | (at + 1 < octets.length ? octets[at + 1] & 0xFF : 0);
        }
        sum = (sum & 0xFFFF) + (sum >>> 16);
        return "%04x".formatted(~(sum + (sum >>> 16)) & 0xFFFF);
    }

    private static String complement(String digits) {
        return "%04x".formatted(~Integer.parseInt(digits, 16) & 0xFFFF);
    }

    private static String hex(byte[] octets, int from, int length) {
        return from + length > octets.length ? "" : java.util.HexFormat.of().formatHex(octets, from, from + length);
    }
}
