package netkeep.session;

/// What a stack knows of a connection, in its region: of that which INFO was asked for last. Read it once the answer
/// is there. Lengths are octets, times microseconds.
///
/// ```text
///   0  state        u32   0 CLOSED, 1 LISTEN ... 10 TIME-WAIT, in the order of RFC 9293 §3.3.2
///   4  extensions   u32   bits: 1 timestamps, 2 SACK, 4 ECN, 8 window scale
///   8  snd.mss, 12 rcv.mss, 16 pmtu
///  20  rto, 24 srtt, 28 rttvar, 32 min.rtt
///  36  cwnd         u32   of a listener its backlog
///  40  ssthresh     i32   negative for none yet; of a listener the connections that wait
///  44  in.flight, 48 snd.wnd, 52 rcv.wnd
///  56  retransmits  u32   segments that were sent again, ever
///  60  backoff      u32   how often its timer has fired in a row
///  64  acknowledged u64 · 72 sent u64, retransmissions not counted · 80 received u64
///  88  snd.scale u32 · 92 rcv.scale u32
///  96  heard        u64   since the last segment came
/// 104  gaps         u32   in what has arrived
/// ```
public final class ConnectionInfo {
    public static final int LENGTH = 128;

    public static final long STATE = 0;
    public static final long EXTENSIONS = 4;
    public static final long SND_MSS = 8;
    public static final long RCV_MSS = 12;
    public static final long PMTU = 16;
    public static final long RTO = 20;
    public static final long SRTT = 24;
    public static final long RTTVAR = 28;
    public static final long MIN_RTT = 32;
    public static final long CWND = 36;
    public static final long SSTHRESH = 40;
    public static final long IN_FLIGHT = 44;
    public static final long SND_WND = 48;
    public static final long RCV_WND = 52;
    public static final long RETRANSMITS = 56;
    public static final long BACKOFF = 60;
    public static final long ACKNOWLEDGED = 64;
    public static final long SENT = 72;
    public static final long RECEIVED = 80;
    public static final long SND_SCALE = 88;
    public static final long RCV_SCALE = 92;
    public static final long HEARD = 96;
    public static final long GAPS = 104;

    private ConnectionInfo() {}
}
