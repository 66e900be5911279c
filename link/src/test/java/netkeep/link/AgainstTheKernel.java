package netkeep.link;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.function.Predicate;
import netkeep.linux.Netlink;
import netkeep.linux.NetworkNamespace;
import netkeep.linux.Poller;
import netkeep.linux.Threads;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/// What the tests of real devices have in common: network namespaces that go with the test, a wire to the kernel,
/// frames laid down by hand and a conversation of them.
abstract class AgainstTheKernel {
    static final long DEADLINE_NS = 5_000_000_000L;
    static final KernelAddress KERNEL = new KernelAddress(0, 0xffff_c612_0001L, 24);
    static final byte[] V4 = KERNEL.octets();
    static final String OURS = "c6120002";
    static final String THEIRS = "c6120001";

    NetworkNamespace here;
    NetworkNamespace there;

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

    /// ARP, an echo, and datagrams of the kernel's, cut or not.
    void conversation(Link link, NetworkNamespace kernels, boolean checksum, boolean segmentation) {
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
    void segments(Link link, NetworkNamespace kernels, String their) {
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
    static void gone(Link link, String name) {
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

    /// A wire from here to there, whose other end the kernel has.
    void veth() {
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

    static void request(Link link) {
        String mac = Frames.mac(link.mac());
        byte[] frame = Frames.hex(
                Frames.PLAIN, "ffffffffffff", mac, "0806", "0001 0800 06 04 0001", mac, OURS, "000000000000", THEIRS);
        assertTrue(link.transmit(Frames.one(frame)));
    }

    /// Waits until the other end of a veth pair is awake. The kernel switches its queue on a while after the wire came
    /// up and drops until then what it would send; its first IPv6 frame says that this is over.
    static void awake(Link link) {
        await(link, frame -> hex(frame, 22, 2).equals("86dd"));
    }

    static void drain(Link link) {
        int length = 1;
        for (int frames = 0; frames < 100 && length != 0; frames++) {
            length = Frames.receive(link).length;
        }
        assertEquals(0, length);
    }

    /// The first frame that is looked for; others (the kernel's own IPv6) are passed over.
    static byte[] await(Link link, Predicate<byte[]> wanted) {
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

    /// Asks until there is an answer, as any host does: the wire may still lose what is sent while it comes up.
    static void answered(Link link) {
        Poller poller = new Poller(1);
        poller.add(link.descriptor(), Poller.POLLIN);
        for (int asked = 0; asked < 100; asked++) {
            request(link);
            while (poller.await(DEADLINE_NS / 100) > 0) {
                byte[] frame = Frames.receive(link);
                if (frame.length != 0 && hex(frame, 22, 2).equals("0806")) {
                    return;
                }
            }
        }
        throw new AssertionError("never answered");
    }

    static void datagrams(String to, int count, int length) {
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
    static String echo(String from, String to, String text) {
        String ip = "4500 %04x 0000 4000 4001".formatted(28 + text.length());
        String data = java.util.HexFormat.of().formatHex(text.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        String sum = checksum("0800 0000 0001 0001" + data);
        return "0800" + ip + checksum(ip + "0000" + from + to) + from + to + "0800" + sum + "0001 0001" + data;
    }

    static String checksum(String digits) {
        byte[] octets = Frames.hex(digits);
        int sum = 0;
        for (int at = 0; at < octets.length; at += 2) {
            sum += (octets[at] & 0xFF) << 8 | (at + 1 < octets.length ? octets[at + 1] & 0xFF : 0);
        }
        sum = (sum & 0xFFFF) + (sum >>> 16);
        return "%04x".formatted(~(sum + (sum >>> 16)) & 0xFFFF);
    }

    static String complement(String digits) {
        return "%04x".formatted(~Integer.parseInt(digits, 16) & 0xFFFF);
    }

    static String hex(byte[] octets, int from, int length) {
        return from + length > octets.length ? "" : java.util.HexFormat.of().formatHex(octets, from, from + length);
    }
}
