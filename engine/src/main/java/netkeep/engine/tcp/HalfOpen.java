package netkeep.engine.tcp;

import netkeep.ring.Fields;

/// A connection in SYN-RECEIVED that a listener made: all that is known before the handshake's third segment.
///
/// ```text
///    8  listener         i32  socket record of the listener + 1, 0 for a free record
///   12  options          u8   bits below
///   13  sndScale         u8
///   14  retries          u8
///   15  hops             u8
///   16  localHi          i64
///   24  localLo          i64
///   32  remoteHi         i64
///   40  remoteLo         i64
///   48  localPort        u16
///   50  remotePort       u16
///   52  link             u16
///   54  mss              u16  the peer's option, 0 for none
///   56  irs              i32
///   60  iss              i32
///   64  tsRecent         i32
///   68  tsOffset         i32
///   72  deadlineNs       i64  when the SYN-ACK is repeated
///   80  trafficClass     u8   as hops, the listener's
/// ```
final class HalfOpen extends Fields {
    private static final int LISTENER = 8;
    private static final int OPTIONS = 12;
    private static final int SND_SCALE = 13;
    private static final int RETRIES = 14;
    private static final int HOPS = 15;
    private static final int LOCAL_HI = 16;
    private static final int LOCAL_LO = 24;
    private static final int REMOTE_HI = 32;
    private static final int REMOTE_LO = 40;
    private static final int LOCAL_PORT = 48;
    private static final int REMOTE_PORT = 50;
    private static final int LINK = 52;
    private static final int MSS = 54;
    private static final int IRS = 56;
    private static final int ISS = 60;
    private static final int TS_RECENT = 64;
    private static final int TS_OFFSET = 68;
    private static final int DEADLINE_NS = 72;
    private static final int TRAFFIC_CLASS = 80;

    /// Octets of a slot.
    static final int SLOT = 96;

    /// The bits of [#options]: what the SYN offered, and whether the third segment has come and found no room. To its
    /// peer the connection is established then.
    static final int TIMESTAMPS = 1;

    static final int SACK = 2;
    static final int SCALE = 4;
    static final int ECN = 8;
    static final int REFUSED = 16;

    boolean has(int option) {
        return (options() & option) != 0;
    }

    int listener() {
        return i32(LISTENER);
    }

    void listener(int value) {
        i32(LISTENER, value);
    }

    int options() {
        return u8(OPTIONS);
    }

    void options(int value) {
        u8(OPTIONS, value);
    }

    int sndScale() {
        return u8(SND_SCALE);
    }

    void sndScale(int value) {
        u8(SND_SCALE, value);
    }

    int retries() {
        return u8(RETRIES);
    }

    void retries(int value) {
        u8(RETRIES, value);
    }

    int hops() {
        return u8(HOPS);
    }

    void hops(int value) {
        u8(HOPS, value);
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

    int link() {
        return u16(LINK);
    }

    void link(int value) {
        u16(LINK, value);
    }

    int mss() {
        return u16(MSS);
    }

    void mss(int value) {
        u16(MSS, value);
    }

    int irs() {
        return i32(IRS);
    }

    void irs(int value) {
        i32(IRS, value);
    }

    int iss() {
        return i32(ISS);
    }

    void iss(int value) {
        i32(ISS, value);
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

    long deadlineNs() {
        return i64(DEADLINE_NS);
    }

    void deadlineNs(long value) {
        i64(DEADLINE_NS, value);
    }

    int trafficClass() {
        return u8(TRAFFIC_CLASS);
    }

    void trafficClass(int value) {
        u8(TRAFFIC_CLASS, value);
    }
}
