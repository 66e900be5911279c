package netkeep.engine.socket;

import netkeep.ring.Region;

/// A socket's variables, read and written where they lie: in a slot of its record. One object serves all: [#at] moves
/// it to another slot.
///
/// ```text
///    8  kind             u8   0 free, 1 connection, 2 listener, 3 datagrams
///    9  state            u8   TCP: ordinal of State
///   10  scope            u16  the link it is bound to, 0 for any
///   12  flags            i32  bits of Endpoint
///   16  localHi          i64
///   24  localLo          i64
///   32  remoteHi         i64
///   40  remoteLo         i64
///   48  localPort        u16
///   50  remotePort       u16
///   52  session          u16
///   54  error            u16  errno that waits to be told
///   56  answer           i32  ticket << 16 | errno of the last request answered
///   60  parent           i32  listener socket of the session + 1, 0 for none
///   64  sndEnd           i64  octets given to send, ever, as seen
///   72  sndBase          i64  position at ring offset 0
///   80  sndHead          i64  octets acknowledged (sent, for datagrams), ever
///   88  rcvTail          i64  octets to read, ever
///   96  rcvBase          i64  position at ring offset 0
///  104  rcvHead          i64  octets read, ever, as seen
///  112  life             i32  how often the socket became free
///  116  hops             u8   0 for the default
///  117  trafficClass     u8
///  118  multicastHops    u8
///  119  multicastLink    u8
///  120  sndBuffer        i32  octets
///  124  rcvBuffer        i32  octets
///  128  rcvLowWater      i32
///  132  status           i32  bits of Status
///  136  rcvWake          i64  the client says READ when it has read so far
///  144  urgent           i64  position behind the urgent octet, 0 for none
/// ```
///
/// What follows belongs to the socket's protocol.
public class Endpoint {
    private static final int KIND = 8;
    private static final int STATE = 9;
    private static final int SCOPE = 10;
    private static final int FLAGS = 12;
    private static final int LOCAL_HI = 16;
    private static final int LOCAL_LO = 24;
    private static final int REMOTE_HI = 32;
    private static final int REMOTE_LO = 40;
    private static final int LOCAL_PORT = 48;
    private static final int REMOTE_PORT = 50;
    private static final int SESSION = 52;
    private static final int ERROR = 54;
    private static final int ANSWER = 56;
    private static final int PARENT = 60;
    private static final int SND_END = 64;
    private static final int SND_BASE = 72;
    private static final int SND_HEAD = 80;
    private static final int RCV_TAIL = 88;
    private static final int RCV_BASE = 96;
    private static final int RCV_HEAD = 104;
    private static final int LIFE = 112;
    private static final int HOPS = 116;
    private static final int TRAFFIC_CLASS = 117;
    private static final int MULTICAST_HOPS = 118;
    private static final int MULTICAST_LINK = 119;
    private static final int SND_BUFFER = 120;
    private static final int RCV_BUFFER = 124;
    private static final int RCV_LOW_WATER = 128;
    private static final int STATUS = 132;
    private static final int RCV_WAKE = 136;
    private static final int URGENT = 144;

    /// Octets that the variables of every socket take in a slot; the protocol's own come behind.
    public static final int LENGTH = 152;

    /// Octets of a slot.
    public static final int SLOT = 320;

    public static final int FREE = 0;
    public static final int CONNECTION = 1;
    public static final int LISTENER = 2;
    public static final int DATAGRAMS = 3;

    /// The client gave the socket back.
    public static final int CLOSED_BY_USER = 1;
    public static final int BOUND = 1 << 1;
    public static final int CONNECTED = 1 << 2;
    public static final int V6_ONLY = 1 << 3;
    public static final int V4_ONLY = 1 << 4;
    public static final int REUSE_ADDRESS = 1 << 5;
    public static final int REUSE_PORT = 1 << 6;
    public static final int BROADCAST = 1 << 7;
    public static final int NO_MULTICAST_LOOP = 1 << 8;

    /// Receiving, sending was shut down by the user.
    public static final int SHUT_READ = 1 << 9;
    public static final int SHUT_WRITE = 1 << 10;

    /// What does not fit in one packet is not sent.
    public static final int DONT_FRAGMENT = 1 << 11;

    /// From here on the bits are the protocol's.
    public static final int FIRST_OWN = 1 << 12;

    protected final Region region;
    protected long slot;
    private int index;

    public Endpoint(Region region) {
        this.region = region;
    }

    /// Moves to a slot of the socket record `which`.
    public final void at(int which, long where) {
        index = which;
        slot = where;
    }

    /// The socket record.
    public final int index() {
        return index;
    }

    public final boolean has(int flag) {
        return (flags() & flag) != 0;
    }

    public final void set(int flag) {
        flags(flags() | flag);
    }

    public final void clear(int flag) {
        flags(flags() & ~flag);
    }

    public final void put(int flag, boolean value) {
        flags(value ? flags() | flag : flags() & ~flag);
    }

    public int kind() {
        return region.u8(slot + KIND);
    }

    public void kind(int value) {
        region.u8(slot + KIND, value);
    }

    public int state() {
        return region.u8(slot + STATE);
    }

    public void state(int value) {
        region.u8(slot + STATE, value);
    }

    public int scope() {
        return region.u16(slot + SCOPE);
    }

    public void scope(int value) {
        region.u16(slot + SCOPE, value);
    }

    public int flags() {
        return region.i32(slot + FLAGS);
    }

    public void flags(int value) {
        region.i32(slot + FLAGS, value);
    }

    public long localHi() {
        return region.i64(slot + LOCAL_HI);
    }

    public void localHi(long value) {
        region.i64(slot + LOCAL_HI, value);
    }

    public long localLo() {
        return region.i64(slot + LOCAL_LO);
    }

    public void localLo(long value) {
        region.i64(slot + LOCAL_LO, value);
    }

    public long remoteHi() {
        return region.i64(slot + REMOTE_HI);
    }

    public void remoteHi(long value) {
        region.i64(slot + REMOTE_HI, value);
    }

    public long remoteLo() {
        return region.i64(slot + REMOTE_LO);
    }

    public void remoteLo(long value) {
        region.i64(slot + REMOTE_LO, value);
    }

    public int localPort() {
        return region.u16(slot + LOCAL_PORT);
    }

    public void localPort(int value) {
        region.u16(slot + LOCAL_PORT, value);
    }

    public int remotePort() {
        return region.u16(slot + REMOTE_PORT);
    }

    public void remotePort(int value) {
        region.u16(slot + REMOTE_PORT, value);
    }

    public int session() {
        return region.u16(slot + SESSION);
    }

    public void session(int value) {
        region.u16(slot + SESSION, value);
    }

    public int error() {
        return region.u16(slot + ERROR);
    }

    public void error(int value) {
        region.u16(slot + ERROR, value);
    }

    public int answer() {
        return region.i32(slot + ANSWER);
    }

    public void answer(int value) {
        region.i32(slot + ANSWER, value);
    }

    public int parent() {
        return region.i32(slot + PARENT);
    }

    public void parent(int value) {
        region.i32(slot + PARENT, value);
    }

    public long sndEnd() {
        return region.i64(slot + SND_END);
    }

    public void sndEnd(long value) {
        region.i64(slot + SND_END, value);
    }

    public long sndBase() {
        return region.i64(slot + SND_BASE);
    }

    public void sndBase(long value) {
        region.i64(slot + SND_BASE, value);
    }

    public long sndHead() {
        return region.i64(slot + SND_HEAD);
    }

    public void sndHead(long value) {
        region.i64(slot + SND_HEAD, value);
    }

    public long rcvTail() {
        return region.i64(slot + RCV_TAIL);
    }

    public void rcvTail(long value) {
        region.i64(slot + RCV_TAIL, value);
    }

    public long rcvBase() {
        return region.i64(slot + RCV_BASE);
    }

    public void rcvBase(long value) {
        region.i64(slot + RCV_BASE, value);
    }

    public long rcvHead() {
        return region.i64(slot + RCV_HEAD);
    }

    public void rcvHead(long value) {
        region.i64(slot + RCV_HEAD, value);
    }

    public int life() {
        return region.i32(slot + LIFE);
    }

    public void life(int value) {
        region.i32(slot + LIFE, value);
    }

    public int hops() {
        return region.u8(slot + HOPS);
    }

    public void hops(int value) {
        region.u8(slot + HOPS, value);
    }

    public int trafficClass() {
        return region.u8(slot + TRAFFIC_CLASS);
    }

    public void trafficClass(int value) {
        region.u8(slot + TRAFFIC_CLASS, value);
    }

    public int multicastHops() {
        return region.u8(slot + MULTICAST_HOPS);
    }

    public void multicastHops(int value) {
        region.u8(slot + MULTICAST_HOPS, value);
    }

    public int multicastLink() {
        return region.u8(slot + MULTICAST_LINK);
    }

    public void multicastLink(int value) {
        region.u8(slot + MULTICAST_LINK, value);
    }

    public int sndBuffer() {
        return region.i32(slot + SND_BUFFER);
    }

    public void sndBuffer(int value) {
        region.i32(slot + SND_BUFFER, value);
    }

    public int rcvBuffer() {
        return region.i32(slot + RCV_BUFFER);
    }

    public void rcvBuffer(int value) {
        region.i32(slot + RCV_BUFFER, value);
    }

    public int rcvLowWater() {
        return region.i32(slot + RCV_LOW_WATER);
    }

    public void rcvLowWater(int value) {
        region.i32(slot + RCV_LOW_WATER, value);
    }

    public int status() {
        return region.i32(slot + STATUS);
    }

    public void status(int value) {
        region.i32(slot + STATUS, value);
    }

    public long rcvWake() {
        return region.i64(slot + RCV_WAKE);
    }

    public void rcvWake(long value) {
        region.i64(slot + RCV_WAKE, value);
    }

    public long urgent() {
        return region.i64(slot + URGENT);
    }

    public void urgent(long value) {
        region.i64(slot + URGENT, value);
    }
}
