package netkeep.engine.socket;

import netkeep.ring.Fields;

/// A socket's variables. One object serves all: [Sockets#read] and [Sockets#open] move it to another socket's.
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
public class Endpoint extends Fields {
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

    /// Of no socket, until it is moved to one.
    public Endpoint() {}

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
        return u8(KIND);
    }

    public void kind(int value) {
        u8(KIND, value);
    }

    public int state() {
        return u8(STATE);
    }

    public void state(int value) {
        u8(STATE, value);
    }

    public int scope() {
        return u16(SCOPE);
    }

    public void scope(int value) {
        u16(SCOPE, value);
    }

    public int flags() {
        return i32(FLAGS);
    }

    public void flags(int value) {
        i32(FLAGS, value);
    }

    public long localHi() {
        return i64(LOCAL_HI);
    }

    public void localHi(long value) {
        i64(LOCAL_HI, value);
    }

    public long localLo() {
        return i64(LOCAL_LO);
    }

    public void localLo(long value) {
        i64(LOCAL_LO, value);
    }

    public long remoteHi() {
        return i64(REMOTE_HI);
    }

    public void remoteHi(long value) {
        i64(REMOTE_HI, value);
    }

    public long remoteLo() {
        return i64(REMOTE_LO);
    }

    public void remoteLo(long value) {
        i64(REMOTE_LO, value);
    }

    public int localPort() {
        return u16(LOCAL_PORT);
    }

    public void localPort(int value) {
        u16(LOCAL_PORT, value);
    }

    public int remotePort() {
        return u16(REMOTE_PORT);
    }

    public void remotePort(int value) {
        u16(REMOTE_PORT, value);
    }

    public int session() {
        return u16(SESSION);
    }

    public void session(int value) {
        u16(SESSION, value);
    }

    public int error() {
        return u16(ERROR);
    }

    public void error(int value) {
        u16(ERROR, value);
    }

    public int answer() {
        return i32(ANSWER);
    }

    public void answer(int value) {
        i32(ANSWER, value);
    }

    public int parent() {
        return i32(PARENT);
    }

    public void parent(int value) {
        i32(PARENT, value);
    }

    public long sndEnd() {
        return i64(SND_END);
    }

    public void sndEnd(long value) {
        i64(SND_END, value);
    }

    public long sndBase() {
        return i64(SND_BASE);
    }

    public void sndBase(long value) {
        i64(SND_BASE, value);
    }

    public long sndHead() {
        return i64(SND_HEAD);
    }

    public void sndHead(long value) {
        i64(SND_HEAD, value);
    }

    public long rcvTail() {
        return i64(RCV_TAIL);
    }

    public void rcvTail(long value) {
        i64(RCV_TAIL, value);
    }

    public long rcvBase() {
        return i64(RCV_BASE);
    }

    public void rcvBase(long value) {
        i64(RCV_BASE, value);
    }

    public long rcvHead() {
        return i64(RCV_HEAD);
    }

    public void rcvHead(long value) {
        i64(RCV_HEAD, value);
    }

    public int life() {
        return i32(LIFE);
    }

    public void life(int value) {
        i32(LIFE, value);
    }

    public int hops() {
        return u8(HOPS);
    }

    public void hops(int value) {
        u8(HOPS, value);
    }

    public int trafficClass() {
        return u8(TRAFFIC_CLASS);
    }

    public void trafficClass(int value) {
        u8(TRAFFIC_CLASS, value);
    }

    public int multicastHops() {
        return u8(MULTICAST_HOPS);
    }

    public void multicastHops(int value) {
        u8(MULTICAST_HOPS, value);
    }

    public int multicastLink() {
        return u8(MULTICAST_LINK);
    }

    public void multicastLink(int value) {
        u8(MULTICAST_LINK, value);
    }

    public int sndBuffer() {
        return i32(SND_BUFFER);
    }

    public void sndBuffer(int value) {
        i32(SND_BUFFER, value);
    }

    public int rcvBuffer() {
        return i32(RCV_BUFFER);
    }

    public void rcvBuffer(int value) {
        i32(RCV_BUFFER, value);
    }

    public int rcvLowWater() {
        return i32(RCV_LOW_WATER);
    }

    public void rcvLowWater(int value) {
        i32(RCV_LOW_WATER, value);
    }

    public int status() {
        return i32(STATUS);
    }

    public void status(int value) {
        i32(STATUS, value);
    }

    public long rcvWake() {
        return i64(RCV_WAKE);
    }

    public void rcvWake(long value) {
        i64(RCV_WAKE, value);
    }

    public long urgent() {
        return i64(URGENT);
    }

    public void urgent(long value) {
        i64(URGENT, value);
    }
}
