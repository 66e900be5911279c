package netkeep.engine.tcp;

import netkeep.ring.Region;

/// A connection in TIME-WAIT: what is needed to answer its peer, and to tell a new connection from the old one.
///
/// ```text
///    8  owner            i32  1, 0 for a free record
///   12  localPort        u16
///   14  remotePort       u16
///   16  localHi          i64
///   24  localLo          i64
///   32  remoteHi         i64
///   40  remoteLo         i64
///   48  sndNxt           i32
///   52  rcvNxt           i32
///   56  tsRecent         i32
///   60  tsOffset         i32
///   64  endsNs           i64  when 2 MSL are over
///   72  link             u16
///   74  window           u16  as it stood in the last header
///   76  timestamps       u8   1 if the connection had them
/// ```
final class TimeWait {
    private static final int OWNER = 8;
    private static final int LOCAL_PORT = 12;
    private static final int REMOTE_PORT = 14;
    private static final int LOCAL_HI = 16;
    private static final int LOCAL_LO = 24;
    private static final int REMOTE_HI = 32;
    private static final int REMOTE_LO = 40;
    private static final int SND_NXT = 48;
    private static final int RCV_NXT = 52;
    private static final int TS_RECENT = 56;
    private static final int TS_OFFSET = 60;
    private static final int ENDS_NS = 64;
    private static final int LINK = 72;
    private static final int WINDOW = 74;
    private static final int TIMESTAMPS = 76;

    /// Octets of a slot.
    static final int SLOT = 88;

    private final Region region;
    private long slot;

    TimeWait(Region region) {
        this.region = region;
    }

    /// Moves to another slot.
    void at(long where) {
        slot = where;
    }

    int owner() {
        return region.i32(slot + OWNER);
    }

    void owner(int value) {
        region.i32(slot + OWNER, value);
    }

    int localPort() {
        return region.u16(slot + LOCAL_PORT);
    }

    void localPort(int value) {
        region.u16(slot + LOCAL_PORT, value);
    }

    int remotePort() {
        return region.u16(slot + REMOTE_PORT);
    }

    void remotePort(int value) {
        region.u16(slot + REMOTE_PORT, value);
    }

    long localHi() {
        return region.i64(slot + LOCAL_HI);
    }

    void localHi(long value) {
        region.i64(slot + LOCAL_HI, value);
    }

    long localLo() {
        return region.i64(slot + LOCAL_LO);
    }

    void localLo(long value) {
        region.i64(slot + LOCAL_LO, value);
    }

    long remoteHi() {
        return region.i64(slot + REMOTE_HI);
    }

    void remoteHi(long value) {
        region.i64(slot + REMOTE_HI, value);
    }

    long remoteLo() {
        return region.i64(slot + REMOTE_LO);
    }

    void remoteLo(long value) {
        region.i64(slot + REMOTE_LO, value);
    }

    int sndNxt() {
        return region.i32(slot + SND_NXT);
    }

    void sndNxt(int value) {
        region.i32(slot + SND_NXT, value);
    }

    int rcvNxt() {
        return region.i32(slot + RCV_NXT);
    }

    void rcvNxt(int value) {
        region.i32(slot + RCV_NXT, value);
    }

    int tsRecent() {
        return region.i32(slot + TS_RECENT);
    }

    void tsRecent(int value) {
        region.i32(slot + TS_RECENT, value);
    }

    int tsOffset() {
        return region.i32(slot + TS_OFFSET);
    }

    void tsOffset(int value) {
        region.i32(slot + TS_OFFSET, value);
    }

    long endsNs() {
        return region.i64(slot + ENDS_NS);
    }

    void endsNs(long value) {
        region.i64(slot + ENDS_NS, value);
    }

    int link() {
        return region.u16(slot + LINK);
    }

    void link(int value) {
        region.u16(slot + LINK, value);
    }

    int window() {
        return region.u16(slot + WINDOW);
    }

    void window(int value) {
        region.u16(slot + WINDOW, value);
    }

    int timestamps() {
        return region.u8(slot + TIMESTAMPS);
    }

    void timestamps(int value) {
        region.u8(slot + TIMESTAMPS, value);
    }
}
