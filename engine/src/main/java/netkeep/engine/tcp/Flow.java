// Long: each variable of the layout has a reader and a writer, and nothing else is here.
package netkeep.engine.tcp;

import netkeep.ring.Fields;

/// What a connection keeps once octets were in flight, or lay out of order: congestion control, loss recovery, the
/// runs in flight, the gaps in what arrived. It is taken when the first are, and kept until the connection closes, for
/// what was learnt of the path is worth more than its memory: a connection that never sent has none, one that has
/// talked once costs two slots more.
///
/// ```text
///    8  owner            i32  socket record + 1, 0 for a free one
///   12  recover          i32  recovery point: SND.NXT when recovery began
///   16  prrDelivered     i32
///   20  prrOut           i32
///   24  recoverFs        i32
///   28  priorCwnd        i32  before the reduction, for undo
///   32  priorSsthresh    i32
///   36  tryStart         i32  where the segment begins that is larger than SND.MSS, to try the path
///   40  cubicEpochNs     i64  0 before the first
///   48  cubicMax         i32  W_max, octets
///   52  cubicK           i32  milliseconds
///   56  cubicEst         i32  W_est, octets
///   60  cubicStart       i32  cwnd at the begin of the epoch
///   64  roundEnd         i32  HyStart++ windowEnd
///   68  lastRoundMinUs   i32
///   72  currentMinUs     i32
///   76  cssBaselineUs    i32
///   80  samples          u8
///   81  cssRounds        u8
///   82  slowStart        u8   0 HyStart++, 1 CSS, 2 neither
///   83  recovery         u8   see Recovery
///   84  rackUs           i32  RACK.xmit_ts, microseconds
///   88  rackEnd          i32  RACK.end_seq
///   92  rackRttUs        i32
///   96  rackFack         i32  highest sequence number delivered
///  100  rackMult         u8   RACK.reo_wnd_mult
///  101  rackPersist      u8
///  102  dupAcks          u8
///  103  reordering       u8   1 once seen
///  104  dsackRound       i32
///  108  tlpEnd           i32  TLP.end_seq
///  112  tlp              u8   0 none, 1 new data to be sent, 2 retransmission, 3 new data
///  113  frto             u8
///  114  runs             u8
///  115  gaps             u8
///  116  undoMarker       i32  SND.UNA when recovery began
///  120  undoRetrans      i32  retransmissions not yet proved needless
///  124  gapChanged 0     i32  left edge of the gap interval that changed last
///  128  dsackLeft        i32  duplicate to tell the peer of (RFC 2883), none if dsackRight is the same
///  132  dsackRight       i32
///  136  finSeq           i32  where a FIN that came ahead of text stands
///  140  finAhead         u8   1 if there is one
///  141  limited          u8   1 if cwnd stopped the sender when mostOut was seen
///  142  unmeasured       u8   1 if no round trip was measured since the last loss probe
///  143  hole             u8   what is known of a black hole: see [SegmentSize]
///  144  mostSeq          i32  SND.NXT when mostOut was seen
///  148  mostOut          i32  the most octets in flight within the last window
///  152  tryEnd           i32  the sequence number behind the segment that is tried
///  156  tried            u16  its size, options not counted, 0 while none is
///  158  small            u16  as tried, of the segments that are sent in a black hole
///  160  run 0 ..31   end i32 · sent i32 (microseconds) · marks i32, see [Flight]
///  544  gap 0 ..11   left i32 · right i32, see [Reassembly]
///  640  roundNs          i64  when the round of [Rightsizing] began, 0 before the first
///  648  roundHead        i32  octets read until then, modulo 2^32
///  652  roundUs          i32  the shortest round, 0 before the first
///  656  roundMs          i32  when that was, milliseconds modulo 2^32
///  660  sndSml           i32  the sequence number behind the last segment that was no full-sized one
///  664  gapChanged 1 ..3 i32  left edges of those that changed before it, the newest first
/// ```
final class Flow extends Fields {
    private static final int OWNER = 8;
    private static final int RECOVER = 12;
    private static final int PRR_DELIVERED = 16;
    private static final int PRR_OUT = 20;
    private static final int RECOVER_FS = 24;
    private static final int PRIOR_CWND = 28;
    private static final int PRIOR_SSTHRESH = 32;
    private static final int TRY_START = 36;
    private static final int CUBIC_EPOCH_NS = 40;
    private static final int CUBIC_MAX = 48;
    private static final int CUBIC_K = 52;
    private static final int CUBIC_EST = 56;
    private static final int CUBIC_START = 60;
    private static final int ROUND_END = 64;
    private static final int LAST_ROUND_MIN_US = 68;
    private static final int CURRENT_MIN_US = 72;
    private static final int CSS_BASELINE_US = 76;
    private static final int SAMPLES = 80;
    private static final int CSS_ROUNDS = 81;
    private static final int SLOW_START = 82;
    private static final int RECOVERY = 83;
    private static final int RACK_US = 84;
    private static final int RACK_END = 88;
    private static final int RACK_RTT_US = 92;
    private static final int RACK_FACK = 96;
    private static final int RACK_MULT = 100;
    private static final int RACK_PERSIST = 101;
    private static final int DUP_ACKS = 102;
    private static final int REORDERING = 103;
    private static final int DSACK_ROUND = 104;
    private static final int TLP_END = 108;
    private static final int TLP = 112;
    private static final int FRTO = 113;
    private static final int RUNS = 114;
    private static final int GAPS = 115;
    private static final int UNDO_MARKER = 116;
    private static final int UNDO_RETRANS = 120;
    private static final int GAP_CHANGED = 124;
    private static final int DSACK_LEFT = 128;
    private static final int DSACK_RIGHT = 132;
    private static final int FIN_SEQ = 136;
    private static final int FIN_AHEAD = 140;
    private static final int LIMITED = 141;
    private static final int UNMEASURED = 142;
    private static final int HOLE = 143;
    private static final int MOST_SEQ = 144;
    private static final int MOST_OUT = 148;
    private static final int TRY_END = 152;
    private static final int TRIED = 156;
    private static final int SMALL = 158;
    private static final int ROUND_NS = 640;
    private static final int ROUND_HEAD = 648;
    private static final int ROUND_US = 652;
    private static final int ROUND_MS = 656;
    private static final int SND_SML = 660;
    private static final int GAP_CHANGED_BEFORE = 664;

    /// Octets of a slot.
    static final int SLOT = 680;

    static final int MOST_RUNS = 32;
    static final int MOST_GAPS = 12;

    /// How many left edges are remembered of gap intervals that changed: as many as an option has room for.
    static final int GAPS_CHANGED = 4;

    static final int FIRST_RUN = 160;
    static final int FIRST_GAP = 544;

    /// A word of the runs and gaps, which [Flight] and [Reassembly] keep.
    int word(int at) {
        return i32(at);
    }

    void word(int at, int value) {
        i32(at, value);
    }

    /// As [Fields#move], for runs and gaps.
    void shift(int to, int from, int length) {
        move(to, from, length);
    }

    int owner() {
        return i32(OWNER);
    }

    void owner(int value) {
        i32(OWNER, value);
    }

    int recover() {
        return i32(RECOVER);
    }

    void recover(int value) {
        i32(RECOVER, value);
    }

    int prrDelivered() {
        return i32(PRR_DELIVERED);
    }

    void prrDelivered(int value) {
        i32(PRR_DELIVERED, value);
    }

    int prrOut() {
        return i32(PRR_OUT);
    }

    void prrOut(int value) {
        i32(PRR_OUT, value);
    }

    int recoverFs() {
        return i32(RECOVER_FS);
    }

    void recoverFs(int value) {
        i32(RECOVER_FS, value);
    }

    int priorCwnd() {
        return i32(PRIOR_CWND);
    }

    void priorCwnd(int value) {
        i32(PRIOR_CWND, value);
    }

    int priorSsthresh() {
        return i32(PRIOR_SSTHRESH);
    }

    void priorSsthresh(int value) {
        i32(PRIOR_SSTHRESH, value);
    }

    long cubicEpochNs() {
        return i64(CUBIC_EPOCH_NS);
    }

    void cubicEpochNs(long value) {
        i64(CUBIC_EPOCH_NS, value);
    }

    int cubicMax() {
        return i32(CUBIC_MAX);
    }

    void cubicMax(int value) {
        i32(CUBIC_MAX, value);
    }

    int cubicK() {
        return i32(CUBIC_K);
    }

    void cubicK(int value) {
        i32(CUBIC_K, value);
    }

    int cubicEst() {
        return i32(CUBIC_EST);
    }

    void cubicEst(int value) {
        i32(CUBIC_EST, value);
    }

    int cubicStart() {
        return i32(CUBIC_START);
    }

    void cubicStart(int value) {
        i32(CUBIC_START, value);
    }

    int roundEnd() {
        return i32(ROUND_END);
    }

    void roundEnd(int value) {
        i32(ROUND_END, value);
    }

    int lastRoundMinUs() {
        return i32(LAST_ROUND_MIN_US);
    }

    void lastRoundMinUs(int value) {
        i32(LAST_ROUND_MIN_US, value);
    }

    int currentMinUs() {
        return i32(CURRENT_MIN_US);
    }

    void currentMinUs(int value) {
        i32(CURRENT_MIN_US, value);
    }

    int cssBaselineUs() {
        return i32(CSS_BASELINE_US);
    }

    void cssBaselineUs(int value) {
        i32(CSS_BASELINE_US, value);
    }

    int samples() {
        return u8(SAMPLES);
    }

    void samples(int value) {
        u8(SAMPLES, value);
    }

    int cssRounds() {
        return u8(CSS_ROUNDS);
    }

    void cssRounds(int value) {
        u8(CSS_ROUNDS, value);
    }

    int slowStart() {
        return u8(SLOW_START);
    }

    void slowStart(int value) {
        u8(SLOW_START, value);
    }

    int recovery() {
        return u8(RECOVERY);
    }

    void recovery(int value) {
        u8(RECOVERY, value);
    }

    int rackUs() {
        return i32(RACK_US);
    }

    void rackUs(int value) {
        i32(RACK_US, value);
    }

    int rackEnd() {
        return i32(RACK_END);
    }

    void rackEnd(int value) {
        i32(RACK_END, value);
    }

    int rackRttUs() {
        return i32(RACK_RTT_US);
    }

    void rackRttUs(int value) {
        i32(RACK_RTT_US, value);
    }

    int rackFack() {
        return i32(RACK_FACK);
    }

    void rackFack(int value) {
        i32(RACK_FACK, value);
    }

    int rackMult() {
        return u8(RACK_MULT);
    }

    void rackMult(int value) {
        u8(RACK_MULT, value);
    }

    int rackPersist() {
        return u8(RACK_PERSIST);
    }

    void rackPersist(int value) {
        u8(RACK_PERSIST, value);
    }

    int dupAcks() {
        return u8(DUP_ACKS);
    }

    void dupAcks(int value) {
        u8(DUP_ACKS, value);
    }

    int reordering() {
        return u8(REORDERING);
    }

    void reordering(int value) {
        u8(REORDERING, value);
    }

    int dsackRound() {
        return i32(DSACK_ROUND);
    }

    void dsackRound(int value) {
        i32(DSACK_ROUND, value);
    }

    int tlpEnd() {
        return i32(TLP_END);
    }

    void tlpEnd(int value) {
        i32(TLP_END, value);
    }

    int tlp() {
        return u8(TLP);
    }

    void tlp(int value) {
        u8(TLP, value);
    }

    int frto() {
        return u8(FRTO);
    }

    void frto(int value) {
        u8(FRTO, value);
    }

    int runs() {
        return u8(RUNS);
    }

    void runs(int value) {
        u8(RUNS, value);
    }

    int gaps() {
        return u8(GAPS);
    }

    void gaps(int value) {
        u8(GAPS, value);
    }

    int undoMarker() {
        return i32(UNDO_MARKER);
    }

    void undoMarker(int value) {
        i32(UNDO_MARKER, value);
    }

    int undoRetrans() {
        return i32(UNDO_RETRANS);
    }

    void undoRetrans(int value) {
        i32(UNDO_RETRANS, value);
    }

    int gapChanged(int ago) {
        return i32(gapChangedAt(ago));
    }

    void gapChanged(int ago, int value) {
        i32(gapChangedAt(ago), value);
    }

    private static int gapChangedAt(int ago) {
        return ago == 0 ? GAP_CHANGED : GAP_CHANGED_BEFORE + 4 * (ago - 1);
    }

    int dsackLeft() {
        return i32(DSACK_LEFT);
    }

    void dsackLeft(int value) {
        i32(DSACK_LEFT, value);
    }

    int dsackRight() {
        return i32(DSACK_RIGHT);
    }

    void dsackRight(int value) {
        i32(DSACK_RIGHT, value);
    }

    int finSeq() {
        return i32(FIN_SEQ);
    }

    void finSeq(int value) {
        i32(FIN_SEQ, value);
    }

    int finAhead() {
        return u8(FIN_AHEAD);
    }

    void finAhead(int value) {
        u8(FIN_AHEAD, value);
    }

    int limited() {
        return u8(LIMITED);
    }

    void limited(int value) {
        u8(LIMITED, value);
    }

    int unmeasured() {
        return u8(UNMEASURED);
    }

    void unmeasured(int value) {
        u8(UNMEASURED, value);
    }

    int mostSeq() {
        return i32(MOST_SEQ);
    }

    void mostSeq(int value) {
        i32(MOST_SEQ, value);
    }

    int mostOut() {
        return i32(MOST_OUT);
    }

    void mostOut(int value) {
        i32(MOST_OUT, value);
    }

    int hole() {
        return u8(HOLE);
    }

    void hole(int value) {
        u8(HOLE, value);
    }

    int small() {
        return u16(SMALL);
    }

    void small(int value) {
        u16(SMALL, value);
    }

    int tried() {
        return u16(TRIED);
    }

    void tried(int value) {
        u16(TRIED, value);
    }

    int tryStart() {
        return i32(TRY_START);
    }

    void tryStart(int value) {
        i32(TRY_START, value);
    }

    int tryEnd() {
        return i32(TRY_END);
    }

    void tryEnd(int value) {
        i32(TRY_END, value);
    }

    long roundNs() {
        return i64(ROUND_NS);
    }

    void roundNs(long value) {
        i64(ROUND_NS, value);
    }

    int roundHead() {
        return i32(ROUND_HEAD);
    }

    void roundHead(int value) {
        i32(ROUND_HEAD, value);
    }

    int roundUs() {
        return i32(ROUND_US);
    }

    void roundUs(int value) {
        i32(ROUND_US, value);
    }

    int roundMs() {
        return i32(ROUND_MS);
    }

    void roundMs(int value) {
        i32(ROUND_MS, value);
    }

    int sndSml() {
        return i32(SND_SML);
    }

    void sndSml(int value) {
        i32(SND_SML, value);
    }
}
