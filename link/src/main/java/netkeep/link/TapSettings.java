package netkeep.link;

import java.util.List;

/// What a TAP device shall be.
///
/// @param name            of the interface, 1..15 octets
/// @param queues          1..256; each is a link for one stack
/// @param more            whether others may join it, each with a queue of its own
/// @param checksum        whether checksums are left to the other side, both ways
/// @param segmentation    whether TCP segments may be longer than the MTU, both ways (TSO); needs `checksum`
/// @param udpSegmentation whether several UDP datagrams may travel as one (USO); needs `checksum`. An older kernel
///                        without it goes without it
/// @param mtu             of the kernel's interface, 68..65521, or 0 to leave it as it is
/// @param queueLength     packets that wait for us before the kernel drops any
/// @param mac             our hardware address, or 0 for one of our own choice
/// @param kernelAddresses for the kernel's side; with none it is brought up without
public record TapSettings(
        String name,
        int queues,
        boolean more,
        boolean checksum,
        boolean segmentation,
        boolean udpSegmentation,
        int mtu,
        int queueLength,
        long mac,
        List<KernelAddress> kernelAddresses) {
    // The default of 1000 drops in bursts of a sender that leaves segmentation to us: measured.
    private static final int QUEUE_LENGTH = 5000;

    public TapSettings {
        require(!name.isEmpty() && name.length() <= 15, "name " + name + ": 1..15 octets");
        require(queues >= 1 && queues <= 256, "queues " + queues + ": 1..256");
        require(checksum || !segmentation && !udpSegmentation, "segmentation needs checksum offload");
        // RFC 791 §3.2 for the lower bound, the kernel's TAP driver for the upper.
        require(mtu == 0 || mtu >= 68 && mtu <= 65521, "mtu " + mtu + ": 68..65521");
        require(queueLength >= 1, "queueLength " + queueLength);
        require(mac >>> 48 == 0 && (mac >>> 40 & 1) == 0, "mac " + Long.toHexString(mac) + ": a unicast address");
        kernelAddresses = List.copyOf(kernelAddresses);
    }

    /// One queue, all offloads.
    public static TapSettings of(String name) {
        return new TapSettings(name, 1, false, true, true, true, 0, QUEUE_LENGTH, 0, List.of());
    }

    public TapSettings withQueues(int count) {
        return new TapSettings(
                name, count, more, checksum, segmentation, udpSegmentation, mtu, queueLength, mac, kernelAddresses);
    }

    public TapSettings withMore(boolean whether) {
        return new TapSettings(
                name, queues, whether, checksum, segmentation, udpSegmentation, mtu, queueLength, mac, kernelAddresses);
    }

    public TapSettings withOffloads(boolean sums, boolean tso, boolean uso) {
        return new TapSettings(name, queues, more, sums, tso, uso, mtu, queueLength, mac, kernelAddresses);
    }

    public TapSettings withMtu(int octets) {
        return new TapSettings(
                name, queues, more, checksum, segmentation, udpSegmentation, octets, queueLength, mac, kernelAddresses);
    }

    public TapSettings withMac(long address) {
        return new TapSettings(
                name,
                queues,
                more,
                checksum,
                segmentation,
                udpSegmentation,
                mtu,
                queueLength,
                address,
                kernelAddresses);
    }

    public TapSettings withKernelAddresses(List<KernelAddress> addresses) {
        return new TapSettings(
                name, queues, more, checksum, segmentation, udpSegmentation, mtu, queueLength, mac, addresses);
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new IllegalArgumentException(what);
        }
    }
}
