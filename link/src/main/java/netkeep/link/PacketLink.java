package netkeep.link;

import java.lang.foreign.MemorySegment;
import netkeep.linux.Call;
import netkeep.linux.Descriptors;
import netkeep.linux.Errno;
import netkeep.linux.Ethtool;
import netkeep.linux.LinuxException;
import netkeep.linux.Netlink;
import netkeep.linux.PacketSocket;
import netkeep.ring.Pieces;
import org.jspecify.annotations.Nullable;

/// An interface that exists, through AF_PACKET with the virtio net header, packet(7): one end of a veth pair, best of
/// all, which an ordinary user has in a user namespace of his own.
///
/// The kernel's stack sees each frame, too, and stays quiet if the interface has no address: give it none. An interface
/// that is down is taken for one made for us: IPv6, which gives itself an address, is switched off on it, and it is
/// brought up. One that is up stays as it is.
///
/// On a veth pair frames can arrive out of order, without loss, when the sender transmits from two CPUs.
public final class PacketLink implements Link {
    // Receives that find nothing between two looks at what no frame tells.
    private static final int QUIET = 64;

    private final String name;
    private final PacketSocket socket;
    private final PacketSource source;

    /// Null where nobody may ask the kernel about interfaces any more.
    private final @Nullable Netlink netlink;

    private final int index;
    private final int mtu;
    private final long mac;
    private final boolean checksum;
    private final boolean segmentation;
    private final boolean udpSegmentation;
    private final int maxFrame = OVERHEAD + LONGEST_PACKET;
    private final FrameWriter writer;
    private final LinkCounters counters = new LinkCounters();
    private int empty;
    private boolean closed;

    private PacketLink(
            PacketSocket socket,
            PacketSource source,
            @Nullable Netlink netlink,
            int index,
            int mtu,
            PacketSettings as) {
        this.name = as.name();
        this.index = index;
        this.mtu = mtu;
        this.mac = as.mac();
        this.checksum = as.checksum();
        this.segmentation = as.segmentation();
        this.udpSegmentation = as.udpSegmentation();
        this.socket = socket;
        this.source = source;
        this.netlink = netlink;
        this.writer = new FrameWriter(new Call(), socket.descriptor());
    }

    /// A link over a socket that somebody else has opened with no ring, as [#open] does: frames wait in the
    /// kernel, also while nobody is there to take them.
    ///
    /// @param descriptor closed with the link
    /// @param mac        our hardware address
    public static PacketLink inherited(
            String name, int descriptor, int mtu, long mac, boolean checksum, boolean tso, boolean uso) {
        PacketSettings as =
                PacketSettings.of(name).withOffloads(checksum, tso, uso).withMac(mac);
        PacketSocket socket = PacketSocket.inherited(descriptor);
        return new PacketLink(socket, new PacketReads(descriptor), null, 0, mtu, as);
    }

    /// Joins an interface in the network namespace of the calling thread and brings it up.
    ///
    /// @throws LinuxException if there is none of this name, or no right to it
    public static PacketLink open(PacketSettings settings) {
        return open(settings, 0);
    }

    /// As above, and sets the interface's MTU before.
    ///
    /// @param mtu 0 to leave it as it is
    public static PacketLink open(PacketSettings settings, int mtu) {
        Netlink netlink = new Netlink();
        int descriptor = -1;
        try {
            Netlink.Interface device = netlink.find(settings.name()).orElseThrow(() -> missing(settings.name()));
            if (mtu != 0) {
                netlink.mtu(device.index(), mtu);
                device = netlink.find(settings.name()).orElseThrow(() -> missing(settings.name()));
            }
            if (device.loopback()) {
                throw new LinuxException("link packet:lo", Errno.EINVAL, "the loopback interface is no wire");
            }
            // Before the socket is bound: to an interface that is down it would begin with an error.
            if (!device.up()) {
                PacketSocket.quiet(device.name());
                netlink.up(device.index());
            }
            boolean promiscuous = settings.mac() != 0 && settings.mac() != device.mac();
            PacketSocket socket =
                    PacketSocket.open(device.index(), promiscuous, finishes(settings), settings.ringSlots());
            descriptor = socket.descriptor();
            PacketSource source = socket.slots() == 0 ? new PacketReads(descriptor) : new PacketRing(socket);
            PacketSettings as = settings.withMac(settings.mac() == 0 ? device.mac() : settings.mac());
            return new PacketLink(socket, source, netlink, device.index(), device.mtu(), as);
        } catch (RuntimeException failure) {
            if (descriptor >= 0) {
                Descriptors.close(descriptor);
            }
            netlink.close();
            throw failure;
        }
    }

    @Override
    public int mtu() {
        return mtu;
    }

    @Override
    public long mac() {
        return mac;
    }

    @Override
    public boolean checksumOffload() {
        return checksum;
    }

    @Override
    public boolean segmentationOffload() {
        return segmentation;
    }

    @Override
    public boolean udpSegmentation() {
        return udpSegmentation;
    }

    @Override
    public int maxFrame() {
        return maxFrame;
    }

    @Override
    public int receive(MemorySegment frames, long at, int room) {
        if (room < maxFrame) {
            throw new IllegalArgumentException("room " + room + " for frames of " + maxFrame);
        }
        int length = source.receive(frames, at, room);
        if (length > 0) {
            counters.received(length);
            return length;
        }
        return length == 0 ? idle(frames, at, room) : nothing(-length);
    }

    @Override
    public boolean transmit(Pieces frame) {
        int length = writer.write(frame);
        if (length >= 0) {
            counters.sent(length);
            return true;
        }
        return refused(-length);
    }

    @Override
    public int descriptor() {
        return socket.descriptor();
    }

    @Override
    public LinkCounters counters() {
        return counters;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            source.close();
            Descriptors.close(socket.descriptor());
            if (netlink != null) {
                netlink.close();
            }
        }
    }

    @Override
    public String toString() {
        return "packet:" + name;
    }

    private static LinuxException missing(String name) {
        return new LinuxException(
                "link packet:" + name,
                Errno.ENODEV,
                "no interface of this name in this network namespace: make one, as with" + " ip link add " + name
                        + " type veth peer name PEER");
    }

    /// Whether the interface itself finishes what we leave to it.
    private static boolean finishes(PacketSettings settings) {
        return (!settings.checksum() || Ethtool.has(settings.name(), Ethtool.Offload.TX_CHECKSUM))
                && (!settings.segmentation() || Ethtool.has(settings.name(), Ethtool.Offload.TSO));
    }

    /// Looks, every once in a while, for what no frame tells.
    private int idle(MemorySegment frames, long at, int room) {
        empty++;
        if (empty < QUIET) {
            return 0;
        }
        empty = 0;
        counters.receivedDrops += socket.lost();
        int error = source.error(frames, at, room);
        return error == 0 ? 0 : nothing(-error);
    }

    /// What to make of an answer that is no frame.
    private int nothing(int errno) {
        switch (errno) {
            // A frame that had no room, or whose offloads a virtio net header cannot tell.
            case Errno.EMSGSIZE, Errno.EINVAL -> counters.receivedDrops++;
            case Errno.ENETDOWN -> down("read");
            default -> throw new LinkGone(toString(), "read", errno);
        }
        return 0;
    }

    /// What to do with a frame that was not sent.
    private boolean refused(int errno) {
        switch (errno) {
            case Errno.EAGAIN, Errno.EINTR -> {
                counters.sentWaits++;
                return false;
            }
            case Errno.ENETDOWN -> {
                down("write");
                counters.sentDrops++;
                return true;
            }
            // No buffers says that the frame was lost on the way: no carrier, a full queue, offloads that do not fit.
            case Errno.ENOBUFS, Errno.ENOMEM, Errno.EINVAL, Errno.EMSGSIZE -> {
                counters.sentDrops++;
                return true;
            }
            default -> throw new LinkGone(toString(), "write", errno);
        }
    }

    /// The kernel says the same, and says it once, of an interface that went down and of one that went away. Who cannot
    /// ask learns it from the next frame that it sends.
    private void down(String call) {
        if (netlink != null && netlink.find(index).isEmpty()) {
            throw new LinkGone(toString(), call, Errno.ENETDOWN);
        }
    }
}
