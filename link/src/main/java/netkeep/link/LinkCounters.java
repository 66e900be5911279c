package netkeep.link;

/// What went through a link and what did not. Octets are counted without the virtio net header.
public final class LinkCounters {
    public long receivedFrames;
    public long receivedOctets;
    /// Frames that the device had for us and that did not reach the stack.
    public long receivedDrops;

    public long sentFrames;
    public long sentOctets;
    /// Frames that the device refused, as while its interface is down.
    public long sentDrops;
    /// Times that the device had no room, so that the stack kept its frame.
    public long sentWaits;

    public LinkCounters() {}

    /// @param length of a frame with its virtio net header
    void received(int length) {
        receivedFrames++;
        receivedOctets += length - Link.VIRTIO;
    }

    /// @param length as for [#received]
    void sent(int length) {
        sentFrames++;
        sentOctets += length - Link.VIRTIO;
    }

    void add(LinkCounters other) {
        receivedFrames += other.receivedFrames;
        receivedOctets += other.receivedOctets;
        receivedDrops += other.receivedDrops;
        sentFrames += other.sentFrames;
        sentOctets += other.sentOctets;
        sentDrops += other.sentDrops;
        sentWaits += other.sentWaits;
    }

    @Override
    public String toString() {
        return "received %d frames, %d octets, %d dropped; sent %d frames, %d octets, %d dropped, %d waits"
                .formatted(receivedFrames, receivedOctets, receivedDrops, sentFrames, sentOctets, sentDrops, sentWaits);
    }
}
