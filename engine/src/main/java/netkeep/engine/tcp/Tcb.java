// Long: each variable of the layout has a reader and a writer, and nothing else is here.
package netkeep.engine.tcp;

import netkeep.engine.socket.Endpoint;

/// A connection's variables, behind those that every socket has.
///
/// ```text
///  152  sndUna           i32
///  156  sndNxt           i32
///  160  sndWnd           i32
///  164  sndWl1           i32
///  168  sndWl2           i32
///  172  iss              i32
///  176  sndMaxWnd        i32
///  180  sndUp            i32
///  184  rcvNxt           i32
///  188  rcvAdv           i32  right edge of the window promised
///  192  irs              i32
///  196  advUto           u16  ADV_UTO as the option tells it, 0 for none: see UserTimeout
///  198  remoteUto        u16  REMOTE_UTO alike
///  200  sndMss           u16  largest segment to send, options not counted
///  202  rcvMss           u16  largest segment seen lately
///  204  peerMss          u16  largest segment that the peer takes and the user allows, 0 before the handshake
///  206  backoff          u8   retransmission time-outs in a row
///  207  probes           u8   keepalive probes without answer
///  208  tsOffset         i32
///  212  tsRecent         i32
///  216  tsRecentNs       i64  when TS.Recent was taken
///  224  lastAckSent      i32
///  228  ackWaiting       i32  octets that no acknowledgment covers yet
///  232  srttUs           i32  0 before the first measurement
///  236  rttvarUs         i32
///  240  rtoUs            i32
///  244  minRttUs         i32
///  248  cwnd             i32  octets
///  252  ssthresh         i32  octets
///  256  timerNs          i64  when the timer fires, for what timer says
///  264  ackNs            i64  when a delayed acknowledgment is due
///  272  idleNs           i64  keepalive, FIN-WAIT-2, linger: when to look
///  280  heardNs          i64  when the last segment arrived
///  288  flowRecord       i32  record of [Flow] + 1, 0 for none
///  292  timer            u8   bits 0 to 3: what timerNs is for, see Timers; bit 4: congestion, 0 CUBIC, 1 NewReno;
///                         bit 5: the user has set userTimeoutMs; bit 6: advUto is to be told;
///                         bit 7: a SYN of ours did not ask for ECN
///  293  scales           u8   bits 0 to 3: sndScale, bits 4 to 7: rcvScale
///  294  keepCount        u8
///  295  persist          u8   probes of a zero window
///  296  keepIdle         u16  seconds
///  298  keepInterval     u16  seconds
///  300  userTimeoutMs    i32
///  304  maxSegment       u16
///  306  linger           u16  seconds + 1, 0 for none
///  308  retransmits      i32  segments, ever
///  312  tuneEdge         i32  right edge promised when the round of [Rightsizing] began
///  316  sentMs           i32  when text was last sent, milliseconds modulo 2^32
/// ```
///
/// What only a connection needs that has or had octets in flight or out of order is in its [Flow].
final class Tcb extends Endpoint {
    private static final int SND_UNA = 152;
    private static final int SND_NXT = 156;
    private static final int SND_WND = 160;
    private static final int SND_WL1 = 164;
    private static final int SND_WL2 = 168;
    private static final int ISS = 172;
    private static final int SND_MAX_WND = 176;
    private static final int SND_UP = 180;
    private static final int RCV_NXT = 184;
    private static final int RCV_ADV = 188;
    private static final int IRS = 192;
    private static final int ADV_UTO = 196;
    private static final int REMOTE_UTO = 198;
    private static final int SND_MSS = 200;
    private static final int RCV_MSS = 202;
    private static final int PEER_MSS = 204;
    private static final int BACKOFF = 206;
    private static final int PROBES = 207;
    private static final int TS_OFFSET = 208;
    private static final int TS_RECENT = 212;
    private static final int TS_RECENT_NS = 216;
    private static final int LAST_ACK_SENT = 224;
    private static final int ACK_WAITING = 228;
    private static final int SRTT_US = 232;
    private static final int RTTVAR_US = 236;
    private static final int RTO_US = 240;
    private static final int MIN_RTT_US = 244;
    private static final int CWND = 248;
    private static final int SSTHRESH = 252;
    private static final int TIMER_NS = 256;
    private static final int ACK_NS = 264;
    private static final int IDLE_NS = 272;
    private static final int HEARD_NS = 280;
    private static final int FLOW_RECORD = 288;
    private static final int TIMER = 292;
    private static final int SCALES = 293;
    private static final int KEEP_COUNT = 294;
    private static final int PERSIST = 295;
    private static final int KEEP_IDLE = 296;
    private static final int KEEP_INTERVAL = 298;
    private static final int USER_TIMEOUT_MS = 300;
    private static final int MAX_SEGMENT = 304;
    private static final int LINGER = 306;
    private static final int RETRANSMITS = 308;
    private static final int TUNE_EDGE = 312;
    private static final int SENT_MS = 316;

    /// The lower half of an octet that two variables share.
    private static final int LOW = 0xF;

    /// The bits of flags() that are a connection's own.
    static final int SYN_NEEDED = FIRST_OWN;

    static final int ACK_NOW = FIRST_OWN << 1;
    static final int PROBE = FIRST_OWN << 2;
    static final int FIN_WANTED = FIRST_OWN << 3;
    static final int FIN_SENT = FIRST_OWN << 4;
    static final int FIN_RECEIVED = FIRST_OWN << 5;
    static final int SACK_OK = FIRST_OWN << 6;
    static final int TIMESTAMPS = FIRST_OWN << 7;
    static final int KEEP_ALIVE = FIRST_OWN << 8;
    static final int NO_DELAY = FIRST_OWN << 9;
    static final int CORK = FIRST_OWN << 10;
    static final int QUICK_ACK = FIRST_OWN << 11;
    static final int ECN = FIRST_OWN << 12;
    static final int ECE_DUE = FIRST_OWN << 13;
    static final int CWR_DUE = FIRST_OWN << 14;
    static final int URGENT_INLINE = FIRST_OWN << 15;
    static final int URGENT_TO_SEND = FIRST_OWN << 16;
    static final int RECEIVE_FIXED = FIRST_OWN << 17;
    static final int SEND_FIXED = FIRST_OWN << 18;
    static final int ACCEPT_WAITS = FIRST_OWN << 19;

    /// The peer has acknowledged something new, which IP has not heard of yet; a datagram socket's bit, of no use here.
    static final int PROGRESS = DONT_FRAGMENT;

    /// The last acknowledgment that waited for company found none, and no text of ours has gone since. A datagram
    /// socket's bit, too.
    static final int ACK_ALONE = BROADCAST;

    /// The right edge of its window was moved: what arrives before it is paid for ([Text]). A datagram
    /// socket's bit, too.
    static final int EDGE_MOVED = NO_MULTICAST_LOOP;

    // The order of states is part of the layout.
    @SuppressWarnings("EnumOrdinal")
    void become(State next) {
        state(next.ordinal());
    }

    State tcpState() {
        return State.of(state());
    }

    int sndUna() {
        return i32(SND_UNA);
    }

    void sndUna(int value) {
        i32(SND_UNA, value);
    }

    int sndNxt() {
        return i32(SND_NXT);
    }

    void sndNxt(int value) {
        i32(SND_NXT, value);
    }

    int sndWnd() {
        return i32(SND_WND);
    }

    void sndWnd(int value) {
        i32(SND_WND, value);
    }

    int sndWl1() {
        return i32(SND_WL1);
    }

    void sndWl1(int value) {
        i32(SND_WL1, value);
    }

    int sndWl2() {
        return i32(SND_WL2);
    }

    void sndWl2(int value) {
        i32(SND_WL2, value);
    }

    int iss() {
        return i32(ISS);
    }

    void iss(int value) {
        i32(ISS, value);
    }

    int sndMaxWnd() {
        return i32(SND_MAX_WND);
    }

    void sndMaxWnd(int value) {
        i32(SND_MAX_WND, value);
    }

    int sndUp() {
        return i32(SND_UP);
    }

    void sndUp(int value) {
        i32(SND_UP, value);
    }

    int rcvNxt() {
        return i32(RCV_NXT);
    }

    void rcvNxt(int value) {
        i32(RCV_NXT, value);
    }

    int rcvAdv() {
        return i32(RCV_ADV);
    }

    void rcvAdv(int value) {
        i32(RCV_ADV, value);
    }

    int irs() {
        return i32(IRS);
    }

    void irs(int value) {
        i32(IRS, value);
    }

    int advUto() {
        return u16(ADV_UTO);
    }

    void advUto(int value) {
        u16(ADV_UTO, value);
    }

    int remoteUto() {
        return u16(REMOTE_UTO);
    }

    void remoteUto(int value) {
        u16(REMOTE_UTO, value);
    }

    int sndMss() {
        return u16(SND_MSS);
    }

    void sndMss(int value) {
        u16(SND_MSS, value);
    }

    int rcvMss() {
        return u16(RCV_MSS);
    }

    void rcvMss(int value) {
        u16(RCV_MSS, value);
    }

    int peerMss() {
        return u16(PEER_MSS);
    }

    void peerMss(int value) {
        u16(PEER_MSS, value);
    }

    int sndScale() {
        return u8(SCALES) & LOW;
    }

    void sndScale(int value) {
        u8(SCALES, u8(SCALES) & ~LOW | value);
    }

    int rcvScale() {
        return u8(SCALES) >>> 4;
    }

    void rcvScale(int value) {
        u8(SCALES, value << 4 | u8(SCALES) & LOW);
    }

    int backoff() {
        return u8(BACKOFF);
    }

    void backoff(int value) {
        u8(BACKOFF, value);
    }

    int probes() {
        return u8(PROBES);
    }

    void probes(int value) {
        u8(PROBES, value);
    }

    int tsOffset() {
        return i32(TS_OFFSET);
    }

    void tsOffset(int value) {
        i32(TS_OFFSET, value);
    }

    int tsRecent() {
        return i32(TS_RECENT);
    }

    void tsRecent(int value) {
        i32(TS_RECENT, value);
    }

    long tsRecentNs() {
        return i64(TS_RECENT_NS);
    }

    void tsRecentNs(long value) {
        i64(TS_RECENT_NS, value);
    }

    int lastAckSent() {
        return i32(LAST_ACK_SENT);
    }

    void lastAckSent(int value) {
        i32(LAST_ACK_SENT, value);
    }

    int ackWaiting() {
        return i32(ACK_WAITING);
    }

    void ackWaiting(int value) {
        i32(ACK_WAITING, value);
    }

    int srttUs() {
        return i32(SRTT_US);
    }

    void srttUs(int value) {
        i32(SRTT_US, value);
    }

    int rttvarUs() {
        return i32(RTTVAR_US);
    }

    void rttvarUs(int value) {
        i32(RTTVAR_US, value);
    }

    int rtoUs() {
        return i32(RTO_US);
    }

    void rtoUs(int value) {
        i32(RTO_US, value);
    }

    int minRttUs() {
        return i32(MIN_RTT_US);
    }

    void minRttUs(int value) {
        i32(MIN_RTT_US, value);
    }

    int cwnd() {
        return i32(CWND);
    }

    void cwnd(int value) {
        i32(CWND, value);
    }

    int ssthresh() {
        return i32(SSTHRESH);
    }

    void ssthresh(int value) {
        i32(SSTHRESH, value);
    }

    long timerNs() {
        return i64(TIMER_NS);
    }

    void timerNs(long value) {
        i64(TIMER_NS, value);
    }

    long ackNs() {
        return i64(ACK_NS);
    }

    void ackNs(long value) {
        i64(ACK_NS, value);
    }

    long idleNs() {
        return i64(IDLE_NS);
    }

    void idleNs(long value) {
        i64(IDLE_NS, value);
    }

    long heardNs() {
        return i64(HEARD_NS);
    }

    void heardNs(long value) {
        i64(HEARD_NS, value);
    }

    int flowRecord() {
        return i32(FLOW_RECORD);
    }

    void flowRecord(int value) {
        i32(FLOW_RECORD, value);
    }

    int timer() {
        return u8(TIMER) & LOW;
    }

    void timer(int value) {
        u8(TIMER, u8(TIMER) & ~LOW | value);
    }

    int congestion() {
        return u8(TIMER) >>> 4 & 1;
    }

    void congestion(int value) {
        bit(4, value);
    }

    /// Whether the user has set the user time-out: CHANGEABLE of RFC 5482 is the contrary.
    boolean timeoutSet() {
        return (u8(TIMER) >>> 5 & 1) != 0;
    }

    void timeoutSet(boolean value) {
        bit(5, value ? 1 : 0);
    }

    boolean timeoutDue() {
        return (u8(TIMER) >>> 6 & 1) != 0;
    }

    void timeoutDue(boolean value) {
        bit(6, value ? 1 : 0);
    }

    /// Whether a SYN of ours did not ask for ECN: then no packet of ours is capable (RFC 3168 §6.1.1).
    boolean unasked() {
        return (u8(TIMER) >>> 7 & 1) != 0;
    }

    void unasked(boolean value) {
        bit(7, value ? 1 : 0);
    }

    private void bit(int bit, int value) {
        u8(TIMER, u8(TIMER) & ~(1 << bit) | value << bit);
    }

    int keepCount() {
        return u8(KEEP_COUNT);
    }

    void keepCount(int value) {
        u8(KEEP_COUNT, value);
    }

    int persist() {
        return u8(PERSIST);
    }

    void persist(int value) {
        u8(PERSIST, value);
    }

    int keepIdle() {
        return u16(KEEP_IDLE);
    }

    void keepIdle(int value) {
        u16(KEEP_IDLE, value);
    }

    int keepInterval() {
        return u16(KEEP_INTERVAL);
    }

    void keepInterval(int value) {
        u16(KEEP_INTERVAL, value);
    }

    int userTimeoutMs() {
        return i32(USER_TIMEOUT_MS);
    }

    void userTimeoutMs(int value) {
        i32(USER_TIMEOUT_MS, value);
    }

    int maxSegment() {
        return u16(MAX_SEGMENT);
    }

    void maxSegment(int value) {
        u16(MAX_SEGMENT, value);
    }

    int linger() {
        return u16(LINGER);
    }

    void linger(int value) {
        u16(LINGER, value);
    }

    int retransmits() {
        return i32(RETRANSMITS);
    }

    void retransmits(int value) {
        i32(RETRANSMITS, value);
    }

    int tuneEdge() {
        return i32(TUNE_EDGE);
    }

    void tuneEdge(int value) {
        i32(TUNE_EDGE, value);
    }

    int sentMs() {
        return i32(SENT_MS);
    }

    void sentMs(int value) {
        i32(SENT_MS, value);
    }
}
