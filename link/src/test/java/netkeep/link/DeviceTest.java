package netkeep.link;

import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import netkeep.linux.Errno;
import netkeep.linux.Ethtool;
import netkeep.linux.LinuxException;
import netkeep.linux.Netlink;
import netkeep.linux.Poller;
import netkeep.ring.Pieces;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Real devices against the kernel.
class DeviceTest extends AgainstTheKernel {
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
    void tapGivesAFrameInPieces() {
        here.run(() -> {
            TapSettings settings = TapSettings.of("nk-tap").withKernelAddresses(List.of(KERNEL));
            try (TapDevice device = openTap(settings);
                    Link link = device.link()) {
                assertTrue(link.scatters());
                request(link);
                Poller poller = new Poller(1);
                poller.add(link.descriptor(), Poller.POLLIN);
                Pieces pieces = new Pieces();
                MemorySegment room = Arena.ofAuto().allocate(link.maxFrame());
                // The type of the frame first in memory, then what is behind it, and the rest last.
                pieces.add(room, room.byteSize() - 22, 22);
                pieces.add(room, 0, 2);
                pieces.add(room, 2, link.maxFrame() - 24);
                int length = 0;
                while (room.get(JAVA_SHORT_UNALIGNED, 0) != Short.reverseBytes((short) 0x0806)) {
                    assertTrue(poller.await(DEADLINE_NS) > 0, "no answer before the deadline");
                    length = link.receive(pieces);
                }
                assertTrue(length >= 52, "length " + length);
                // Its operation, 2, lies six octets behind the type.
                assertEquals(Short.reverseBytes((short) 2), room.get(JAVA_SHORT_UNALIGNED, 8));
                pieces.length[2]--;
                assertThrows(IllegalArgumentException.class, () -> link.receive(pieces));
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
                answered(link);
            }
        });
    }

    private static TapDevice openTap(TapSettings settings) {
        try {
            return TapDevice.open(settings);
        } catch (LinuxException failure) {
            assumeTrue(!failure.call().startsWith("open "), failure.getMessage());
            throw failure;
        }
    }
}
