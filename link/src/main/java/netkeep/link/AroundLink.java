package netkeep.link;

import java.lang.foreign.MemorySegment;
import netkeep.ring.Pieces;

/// A link around a link, which passes everything on: a subclass says what it does besides.
public abstract class AroundLink implements Link {
    /// The link inside; closed with this one.
    protected final Link link;

    protected AroundLink(Link link) {
        this.link = link;
    }

    @Override
    public int mtu() {
        return link.mtu();
    }

    @Override
    public long mac() {
        return link.mac();
    }

    @Override
    public boolean checksumOffload() {
        return link.checksumOffload();
    }

    @Override
    public boolean segmentationOffload() {
        return link.segmentationOffload();
    }

    @Override
    public boolean udpSegmentation() {
        return link.udpSegmentation();
    }

    @Override
    public int maxFrame() {
        return link.maxFrame();
    }

    @Override
    public int receive(MemorySegment frames, long at, int room) {
        return link.receive(frames, at, room);
    }

    @Override
    public boolean transmit(Pieces frame) {
        return link.transmit(frame);
    }

    @Override
    public int descriptor() {
        return link.descriptor();
    }

    @Override
    public LinkCounters counters() {
        return link.counters();
    }

    @Override
    public long deadlineNs() {
        return link.deadlineNs();
    }

    @Override
    public void dropped(String reason) {
        link.dropped(reason);
    }

    @Override
    public void close() {
        link.close();
    }

    @Override
    public String toString() {
        return link.toString();
    }
}
