package netkeep.engine.tcp;

import netkeep.ring.Region;

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
final class HalfOpen {
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

    /// The bits of [#options]: what the SYN offered.
    static final int TIMESTAMPS = 1;

    static final int SACK = 2;
    static final int SCALE = 4;
    static final int ECN = 8;

    private final Region region;
    private long slot;

    HalfOpen(Region region) {
        this.region = region;
    }

    /// Moves to another slot.
    void at(long where) {
        slot = where;
    }

    boolean has(int option) {
        return (options() & option) != 0;
    }

    int listener() {
        return region.i32(slot + LISTENER);
    }

    void listener(int value) {
        region.i32(slot + LISTENER, value);
    }

    int options() {
        return region.u8(slot + OPTIONS);
    }

    void options(int value) {
        region.u8(slot + OPTIONS, value);
    }

    int sndScale() {
        return region.u8(slot + SND_SCALE);
    }

    void sndScale(int value) {
        region.u8(slot + SND_SCALE, value);
    }

    int retries() {
        return region.u8(slot + RETRIES);
    }

    void retries(int value) {
        region.u8(slot + RETRIES, value);
    }

    int hops() {
        return region.u8(slot + HOPS);
    }

    void hops(int value) {
        region.u8(slot + HOPS, value);
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

    int link() {
        return region.u16(slot + LINK);
    }

    void link(int value) {
        region.u16(slot + LINK, value);
    }

    int mss() {
        return region.u16(slot + MSS);
    }

    void mss(int value) {
        region.u16(slot + MSS, value);
    }

    int irs() {
        return region.i32(slot + IRS);
    }

    void irs(int value) {
        region.i32(slot + IRS, value);
    }

    int iss() {
        return region.i32(slot + ISS);
    }

    void iss(int value) {
        region.i32(slot + ISS, value);
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

    long deadlineNs() {
        return region.i64(slot + DEADLINE_NS);
    }

    void deadlineNs(long value) {
        region.i64(slot + DEADLINE_NS, value);
    }

    int trafficClass() {
        return region.u8(slot + TRAFFIC_CLASS);
    }

    void trafficClass(int value) {
        region.u8(slot + TRAFFIC_CLASS, value);
    }
}
