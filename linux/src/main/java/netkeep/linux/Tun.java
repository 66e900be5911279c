package netkeep.linux;

import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/// Queues of TAP devices.
public final class Tun {
    /// What the other side may leave to us, and we to it, in the virtio header.
    public static final int CSUM = 1;
    public static final int TSO4 = 2;
    public static final int TSO6 = 4;
    public static final int TSO_ECN = 8;
    public static final int USO4 = 0x20;
    public static final int USO6 = 0x40;

    /// Longest name of an interface.
    public static final int NAME = 15;

    private static final String PATH = "/dev/net/tun";
    private static final long TUNSETIFF = 0x400454caL;
    private static final long TUNSETOFFLOAD = 0x400454d0L;
    private static final long TUNSETVNETHDRSZ = 0x400454d8L;
    private static final int IFF_TAP = 0x2;
    private static final int IFF_MULTI_QUEUE = 0x100;
    private static final int IFF_NO_PI = 0x1000;
    private static final int IFF_VNET_HDR = 0x4000;
    private static final long REQUEST = 40;
    private static final long FLAGS = 16;

    private Tun() {}

    /// Opens one queue of the TAP device `name` in the network namespace of the calling thread, and makes the device
    /// if there is none. Frames carry a virtio header of 10 octets; reads and writes do not wait. A device that was
    /// made here goes with the last of its queues.
    ///
    /// @param several whether the device has, or shall have, several queues
    public static int open(String name, boolean several) {
        byte[] octets = name.getBytes(StandardCharsets.US_ASCII);
        if (octets.length == 0 || octets.length > NAME) {
            throw new IllegalArgumentException("name " + name + ": a device's name has 1 to 15 octets");
        }
        int descriptor = openPath();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = arena.allocate(REQUEST, Long.BYTES);
            MemorySegment.copy(MemorySegment.ofArray(octets), 0, request, 0, octets.length);
            int flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR | (several ? IFF_MULTI_QUEUE : 0);
            request.set(JAVA_SHORT, FLAGS, (short) flags);
            long answer = Descriptors.ioctl(descriptor, TUNSETIFF, request);
            if (answer < 0) {
                throw new LinuxException("ioctl TUNSETIFF " + name, (int) -answer, advice(name, (int) -answer));
            }
            LinuxException.check(Descriptors.ioctlInt(descriptor, TUNSETVNETHDRSZ, 10), "ioctl TUNSETVNETHDRSZ");
            return descriptor;
        } catch (LinuxException failure) {
            Descriptors.close(descriptor);
            throw failure;
        }
    }

    /// Says what the kernel's side may send us unfinished: checksums, segments.
    ///
    /// @param offloads [#CSUM] and others
    /// @return whether this kernel can do all of it; if not, nothing has changed
    public static boolean offloads(int descriptor, int offloads) {
        long answer = Descriptors.ioctl(descriptor, TUNSETOFFLOAD, offloads);
        if (answer == -Errno.EINVAL) {
            return false;
        }
        LinuxException.check(answer, "ioctl TUNSETOFFLOAD " + offloads);
        return true;
    }

    private static int openPath() {
        try {
            return Descriptors.open(PATH, Descriptors.O_RDWR | Descriptors.O_NONBLOCK);
        } catch (LinuxException failure) {
            String advice = switch (failure.errno()) {
                case Errno.EACCES, Errno.EPERM ->
                    "only root may open the TUN device here: run as root, or use --link packet:NAME in a user"
                            + " namespace";
                case Errno.ENOENT, Errno.ENODEV ->
                    "this kernel has no TUN device loaded: modprobe tun, or use --link packet:NAME";
                default -> "";
            };
            throw new LinuxException(failure.call(), failure.errno(), advice);
        }
    }

    private static String advice(String name, int errno) {
        return switch (errno) {
            case Errno.EPERM ->
                "no right to make or attach to this device: run as root (CAP_NET_ADMIN in this network namespace),"
                        + " or have root make it for you: ip tuntap add dev " + name + " mode tap user $USER vnet_hdr";
            case Errno.EBUSY -> "another process has this device open: choose another name or end that process";
            case Errno.EINVAL ->
                "an interface of this name is no TAP device, or was made with other settings (queues, vnet_hdr):"
                        + " choose another name or delete it: ip link delete " + name;
            default -> "";
        };
    }
}
