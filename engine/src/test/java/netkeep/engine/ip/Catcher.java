package netkeep.engine.ip;

import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/// A protocol above IP that keeps what it gets.
public final class Catcher implements Upper {
    public final List<byte[]> payloads = new ArrayList<>();
    public final List<byte[]> headers = new ArrayList<>();
    public final List<Failure> failures = new ArrayList<>();
    public boolean expects = true;
    public int link;
    public int hops;
    public int trafficClass;
    public boolean multicast;
    public boolean broadcast;
    public boolean vouched;
    public int segmentSize;

    public Catcher() {}

    @Override
    public void arrives(Packet packet, long nowNs) {
        payloads.add(packet.frames()
                .asSlice(packet.at + packet.upper, packet.upperLength)
                .toArray(ValueLayout.JAVA_BYTE));
        headers.add(packet.headers
                .asSlice(packet.upper, Math.min(packet.upperLength, Packet.COPIED - packet.upper))
                .toArray(ValueLayout.JAVA_BYTE));
        link = packet.link;
        hops = packet.hops;
        trafficClass = packet.trafficClass;
        multicast = packet.multicast;
        broadcast = packet.broadcast;
        vouched = packet.vouched;
        segmentSize = packet.segmentSize;
    }

    @Override
    public boolean expects(Failure failure) {
        return expects;
    }

    @Override
    public void failed(Failure failure, long nowNs) {
        Failure copy = new Failure();
        copy.kind = failure.kind;
        copy.protocol = failure.protocol;
        copy.localHi = failure.localHi;
        copy.localLo = failure.localLo;
        copy.remoteHi = failure.remoteHi;
        copy.remoteLo = failure.remoteLo;
        copy.localPort = failure.localPort;
        copy.remotePort = failure.remotePort;
        copy.seq = failure.seq;
        copy.mtu = failure.mtu;
        copy.own = failure.own;
        failures.add(copy);
    }
}
