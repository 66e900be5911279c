package netkeep.engine.sim;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.TimeUnit;
import netkeep.engine.ledger.Counter;
import netkeep.engine.tcp.Tcp;
import netkeep.engine.tcp.TcpSettings;
import netkeep.engine.tcp.TcpView;
import netkeep.session.SessionLayout;
import netkeep.sim.Weather;
import netkeep.sim.Wire;
import netkeep.sim.World;
import netkeep.wire.Checksum;
import netkeep.wire.EthernetHeader;
import netkeep.wire.IpProtocol;
import netkeep.wire.Ipv4Header;
import netkeep.wire.TcpHeader;
import netkeep.wire.VirtioNetHeader;

/// Two engines with a way between them: one sends as much as it is offered, the other reads.
final class Way {
    static final int MSS = 1448;

    private static final int IP = VirtioNetHeader.LENGTH + EthernetHeader.LENGTH;
    static final int PORT = 80;
    private static final int CE = 3;
    private static final byte NO_OPERATION = 1;
    private static final byte TIMESTAMPS = 8;
    private static final int TIMESTAMPS_LENGTH = 10;

    final World world;
    final SimHost sender;
    final SimHost receiver;
    final Stream from;
    final Stream to;
    final Wire wire;

    /// @param ring octets of a socket's send and receive ring
    Way(World world, TcpSettings tcp, int ring, boolean offloads, Weather weather) {
        this(world, tcp, ring, offloads, weather, true);
    }

    /// @param timestamps whether the sender's SYN arrives as it was sent, and not as that of a host without timestamps
    Way(World world, TcpSettings tcp, int ring, boolean offloads, Weather weather, boolean timestamps) {
        this.world = world;
        sender = host(1, tcp, ring, offloads);
        receiver = host(2, tcp, ring, offloads);
        wire = Wire.between(world, weather, sender.host(), receiver.host());
        wire.there().marker(Way::mark);
        to = new Stream(receiver, PORT);
        from = new Stream(sender, PORT + 1);
        if (!timestamps) {
            wire.there().censor(Way::withoutTimestamps);
        }
        world.run(TimeUnit.SECONDS.toNanos(3));
        from.connect(SimHost.address4(2), PORT);
        boolean open = world.run(TimeUnit.SECONDS.toNanos(10), () -> to.in() >= 0);
        if (!open) {
            throw new AssertionError("not connected");
        }
        wire.there().censor(null);
    }

    /// Makes no-operations of the timestamps option of a SYN.
    private static boolean withoutTimestamps(MemorySegment frames, long at, int length) {
        Segment segment = Segment.parse(frames, at, length);
        if (segment != null && segment.has(TcpHeader.SYN)) {
            long tcp = at + IP + Ipv4Header.LENGTH;
            long option = tcp + TcpHeader.LENGTH;
            while (frames.get(ValueLayout.JAVA_BYTE, option) != TIMESTAMPS) {
                boolean single = frames.get(ValueLayout.JAVA_BYTE, option) == NO_OPERATION;
                option += single ? 1 : frames.get(ValueLayout.JAVA_BYTE, option + 1);
            }
            frames.asSlice(option, TIMESTAMPS_LENGTH).fill(NO_OPERATION);
            int tcpLength = length - (int) (tcp - at);
            TcpHeader.seal(
                    frames,
                    tcp,
                    Checksum.pseudo(
                            segment.source.hi(),
                            segment.source.lo(),
                            segment.destination.hi(),
                            segment.destination.lo(),
                            IpProtocol.TCP,
                            tcpLength));
        }
        return true;
    }

    private SimHost host(int number, TcpSettings tcp, int ring, boolean offloads) {
        return new SimHost(
                world,
                new SimHost.Settings(
                        number, Scenario.engine(tcp), new SessionLayout(8, 64, 64, ring), 1500, offloads, 0));
    }

    /// Settings with ECN or not, and buffers that are tuned from `least` to `most`.
    static TcpSettings tcp(boolean ecn, boolean newReno, int least, int most) {
        return Scenario.tcp(ecn, newReno, least, most).withSendBuffer(least, most);
    }

    /// What a router does to a packet that found its queue long: RFC 3168 §5. Only what is capable is marked.
    private static void mark(MemorySegment frames, long at, int length) {
        int type = EthernetHeader.etherType(frames, at + VirtioNetHeader.LENGTH);
        if (type == EthernetHeader.IPV4 && Ipv4Header.ecn(frames, at + IP) != 0) {
            byte tos = frames.get(ValueLayout.JAVA_BYTE, at + IP + 1);
            frames.set(ValueLayout.JAVA_BYTE, at + IP + 1, (byte) (tos | CE));
            Ipv4Header.seal(frames, at + IP);
        }
    }

    /// What the sender's connection knows.
    TcpView.Sight sight() {
        return TcpView.sight((Tcp) View.field(sender.engine(), "tcp"), from.out());
    }

    /// What the receiver's connection knows.
    TcpView.Sight receiverSight() {
        return TcpView.sight((Tcp) View.field(receiver.engine(), "tcp"), to.in());
    }

    double segments() {
        return (double) sight().cwnd() / MSS;
    }

    long count(Counter counter) {
        return sender.engine().counters().get(counter);
    }

    void runMs(long milliseconds) {
        world.run(TimeUnit.MILLISECONDS.toNanos(milliseconds));
    }
}
