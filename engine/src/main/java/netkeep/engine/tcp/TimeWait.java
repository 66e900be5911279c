package netkeep.engine.tcp;

import netkeep.ring.Fields;

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
final class TimeWait extends Fields {
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

    int owner() {
        return i32(OWNER);
    }

    void owner(int value) {
        i32(OWNER, value);
    }

    int localPort() {
        return u16(LOCAL_PORT);
    }

    void localPort(int value) {
        u16(LOCAL_PORT, value);
    }

    int remotePort() {
        return u16(REMOTE_PORT);
    }

    void remotePort(int value) {
        u16(REMOTE_PORT, value);
    }

    long localHi() {
        return i64(LOCAL_HI);
    }

    void localHi(long value) {
        i64(LOCAL_HI, value);
    }

    long localLo() {
        return i64(LOCAL_LO);
    }

    void localLo(long value) {
        i64(LOCAL_LO, value);
    }

    long remoteHi() {
        return i64(REMOTE_HI);
    }

    void remoteHi(long value) {
        i64(REMOTE_HI, value);
    }

    long remoteLo() {
        return i64(REMOTE_LO);
    }

    void remoteLo(long value) {
        i64(REMOTE_LO, value);
    }

    int sndNxt() {
        return i32(SND_NXT);
    }

    void sndNxt(int value) {
        i32(SND_NXT, value);
    }

    int rcvNxt() {
        return i32(RCV_NXT);
    }

    void rcvNxt(int value) {
        i32(RCV_NXT, value);
    }

    int tsRecent() {
        return i32(TS_RECENT);
    }

    void tsRecent(int value) {
        i32(TS_RECENT, value);
    }

    int tsOffset() {
        return i32(TS_OFFSET);
    }

    void tsOffset(int value) {
        i32(TS_OFFSET, value);
    }

    long endsNs() {
        return i64(ENDS_NS);
    }

    void endsNs(long value) {
        i64(ENDS_NS, value);
    }

    int link() {
        return u16(LINK);
    }

    void link(int value) {
        u16(LINK, value);
    }

    int window() {
        return u16(WINDOW);
    }

    void window(int value) {
        u16(WINDOW, value);
    }

    int timestamps() {
        return u8(TIMESTAMPS);
    }

    void timestamps(int value) {
        u8(TIMESTAMPS, value);
    }
}
