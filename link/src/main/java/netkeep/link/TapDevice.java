package netkeep.link;

import java.util.ArrayList;
import java.util.List;
import netkeep.linux.Errno;
import netkeep.linux.LinuxException;
import netkeep.linux.Netlink;
import netkeep.linux.Tun;

/// A TAP device: an interface of the kernel whose wire ends in this process, in one queue or several.
///
/// It is made in the network namespace of the calling thread, or joined if it is there, and goes when the last
/// of its queues is closed unless somebody made it to stay.
public final class TapDevice implements AutoCloseable {
    private static final int ALL_TCP = Tun.TSO4 | Tun.TSO6 | Tun.TSO_ECN;
    private static final int ALL_UDP = Tun.USO4 | Tun.USO6;

    private final List<TapLink> queues;

    private TapDevice(List<TapLink> queues) {
        this.queues = queues;
    }

    /// Opens all queues, then brings the kernel's side up.
    ///
    /// @throws LinuxException if there is no TUN device, or no right to it, or the name is taken by something else
    public static TapDevice open(TapSettings settings) {
        List<Integer> descriptors = new ArrayList<>();
        try (Netlink netlink = new Netlink()) {
            for (int queue = 0; queue < settings.queues(); queue++) {
                descriptors.add(Tun.open(settings.name(), settings.more() || settings.queues() > 1));
            }
            boolean udp = offloads(descriptors.getFirst(), settings);
            Netlink.Interface kernel = bringUp(netlink, settings);
            long mac = settings.mac() == 0 ? HardwareAddress.choose(settings.name(), kernel.mac()) : settings.mac();
            List<TapLink> links = new ArrayList<>();
            for (int descriptor : descriptors) {
                links.add(new TapLink(
                        settings.name(),
                        descriptor,
                        kernel.mtu(),
                        mac,
                        settings.checksum(),
                        settings.segmentation(),
                        udp));
            }
            return new TapDevice(List.copyOf(links));
        } catch (RuntimeException failure) {
            descriptors.forEach(netkeep.linux.Descriptors::close);
            throw failure;
        }
    }

    /// The queues, one for each stack.
    public List<TapLink> queues() {
        return queues;
    }

    /// All queues as one link, for one stack. Closing it closes the device.
    public Link link() {
        return queues.size() == 1 ? queues.getFirst() : new QueuesLink(queues);
    }

    @Override
    public void close() {
        queues.forEach(TapLink::close);
    }

    /// Says what may come to us unfinished.
    ///
    /// @return whether that includes UDP segmentation
    private static boolean offloads(int descriptor, TapSettings settings) {
        int wanted = (settings.checksum() ? Tun.CSUM : 0) | (settings.segmentation() ? ALL_TCP : 0);
        if (settings.udpSegmentation() && Tun.offloads(descriptor, wanted | ALL_UDP)) {
            return true;
        }
        if (!Tun.offloads(descriptor, wanted)) {
            throw new LinuxException(
                    "ioctl TUNSETOFFLOAD", Errno.EINVAL, "this kernel's TAP has no such offload: switch offloads off");
        }
        return false;
    }

    private static Netlink.Interface bringUp(Netlink netlink, TapSettings settings) {
        Netlink.Interface kernel = find(netlink, settings.name());
        if (settings.mtu() != 0 && kernel.mtu() != settings.mtu()) {
            netlink.mtu(kernel.index(), settings.mtu());
        }
        if (kernel.queueLength() < settings.queueLength()) {
            lengthenQueue(netlink, kernel.index(), settings.queueLength());
        }
        for (KernelAddress address : settings.kernelAddresses()) {
            addAddress(netlink, kernel.index(), address);
        }
        if (!kernel.up()) {
            netlink.up(kernel.index());
        }
        return find(netlink, settings.name());
    }

    private static Netlink.Interface find(Netlink netlink, String name) {
        return netlink.find(name).orElseThrow(() -> new LinkGone("tap:" + name, "RTM_GETLINK", Errno.ENODEV));
    }

    private static void lengthenQueue(Netlink netlink, int index, int length) {
        try {
            netlink.queueLength(index, length);
        } catch (LinuxException failure) {
            // A device that root made for us: a short queue is slower, not wrong.
            if (failure.errno() != Errno.EPERM) {
                throw failure;
            }
        }
    }

    private static void addAddress(Netlink netlink, int index, KernelAddress address) {
        try {
            netlink.address(index, address.octets(), address.prefix());
        } catch (LinuxException failure) {
            // A device that was there before has it already.
            if (failure.errno() != Errno.EEXIST) {
                throw failure;
            }
        }
    }
}
