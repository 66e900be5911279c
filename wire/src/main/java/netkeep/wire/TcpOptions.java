package netkeep.wire;

import static netkeep.wire.Octets.i32;
import static netkeep.wire.Octets.u16;
import static netkeep.wire.Octets.u8;

import java.lang.foreign.MemorySegment;

/// The options of a TCP header, RFC 9293 §3.2: those of one segment, read or to be written.
///
/// ```text
/// +--------+                     kind 0, the end, or 1, no operation
/// |  kind  |
/// +--------+--------+--------+
/// |  kind  | length | data ...     any other; length counts all three
/// +--------+--------+--------+
///
///   2  length 4      maximum segment size
///   3  length 3      window scale (RFC 7323)
///   4  length 2      selective acknowledgments permitted (RFC 2018)
///   5  length 8n+2   selective acknowledgment, n blocks of two sequence numbers
///   8  length 10     timestamps: value, echo reply (RFC 7323)
///  28  length 4      user timeout (RFC 5482)
/// ```
///
/// One object serves all segments: [#read] and [#clear] forget the one before.
public final class TcpOptions {
    /// Octets of all options together, at most.
    public static final int MAX_LENGTH = 40;
    /// Blocks of selective acknowledgment, at most.
    public static final int MAX_SACKS = 4;
    /// What a shift is cut to, RFC 7323 §2.3.
    public static final int MAX_WSCALE = 14;

    private static final int END = 0;
    private static final int NO_OPERATION = 1;
    private static final int MSS = 2;
    private static final int WSCALE = 3;
    private static final int SACK_PERMITTED = 4;
    private static final int SACK = 5;
    private static final int TIMESTAMPS = 8;
    private static final int USER_TIMEOUT = 28;

    private static final int NO_OPERATIONS = NO_OPERATION << 8 | NO_OPERATION;
    private static final int TIMESTAMPS_LENGTH = 12;
    /// Two no-operations, then kind and length of timestamps: RFC 7323 appendix A.
    private static final int TIMESTAMPS_WORD = NO_OPERATIONS << 16 | TIMESTAMPS << 8 | 10;

    private int mss;
    private int wscale;
    private boolean sackPermitted;
    private boolean hasTimestamps;
    private int tsVal;
    private int tsEcr;
    private int userTimeout;
    private int sacks;
    private final int[] left = new int[MAX_SACKS];
    private final int[] right = new int[MAX_SACKS];

    public TcpOptions() {
        clear();
    }

    /// Back to no options.
    public TcpOptions clear() {
        mss = 0;
        wscale = -1;
        sackPermitted = false;
        hasTimestamps = false;
        tsVal = 0;
        tsEcr = 0;
        userTimeout = -1;
        sacks = 0;
        return this;
    }

    /// 1..65535, or 0 for none.
    public int mss() {
        return mss;
    }

    /// 0..14, or -1 for none.
    public int wscale() {
        return wscale;
    }

    public boolean sackPermitted() {
        return sackPermitted;
    }

    public boolean hasTimestamps() {
        return hasTimestamps;
    }

    public int tsVal() {
        return tsVal;
    }

    public int tsEcr() {
        return tsEcr;
    }

    /// As it stands, RFC 5482 §3: in the low 15 bits the time, of minutes if 0x8000 is set and of seconds else; -1 for
    /// none.
    public int userTimeout() {
        return userTimeout;
    }

    /// How many blocks of selective acknowledgment there are, 0..4.
    public int sacks() {
        return sacks;
    }

    /// The first sequence number of a block.
    public int left(int index) {
        return left[index];
    }

    /// The sequence number behind a block.
    public int right(int index) {
        return right[index];
    }

    public TcpOptions mss(int octets) {
        mss = octets;
        return this;
    }

    public TcpOptions wscale(int shift) {
        wscale = shift;
        return this;
    }

    public TcpOptions permitSack() {
        sackPermitted = true;
        return this;
    }

    public TcpOptions timestamps(int value, int echo) {
        hasTimestamps = true;
        tsVal = value;
        tsEcr = echo;
        return this;
    }

    public TcpOptions userTimeout(int field) {
        userTimeout = field;
        return this;
    }

    /// Adds a block behind those that are there; a fifth is left out. Those that find no room are not written.
    public TcpOptions sack(int first, int behind) {
        if (sacks < MAX_SACKS) {
            left[sacks] = first;
            right[sacks] = behind;
            sacks++;
        }
        return this;
    }

    /// Reads the options of a segment, each at its last word if it stands there twice. Kinds that nobody knows are
    /// passed over (MUST-6).
    ///
    /// @param at           where the TCP header begins, checked
    /// @param headerLength of the header with its options, 20..60
    /// @return whether all could be read; a length that cannot be ends the reading (MUST-7), and what stands
    ///         before it counts
    public boolean read(MemorySegment bytes, long at, int headerLength) {
        clear();
        if (headerLength == TcpHeader.LENGTH || readTimestampsAlone(bytes, at, headerLength)) {
            return true;
        }
        long i = at + TcpHeader.LENGTH;
        long end = at + headerLength;
        while (i < end) {
            int kind = u8(bytes, i);
            if (kind == END) {
                return true;
            }
            if (kind == NO_OPERATION) {
                i++;
                continue;
            }
            if (i + 1 >= end) {
                return false;
            }
            int length = u8(bytes, i + 1);
            if (length < 2 || i + length > end) {
                return false;
            }
            take(bytes, i, kind, length);
            i += length;
        }
        return true;
    }

    /// The form that nearly all segments of a connection have.
    private boolean readTimestampsAlone(MemorySegment bytes, long at, int headerLength) {
        long options = at + TcpHeader.LENGTH;
        if (headerLength != TcpHeader.LENGTH + TIMESTAMPS_LENGTH || i32(bytes, options) != TIMESTAMPS_WORD) {
            return false;
        }
        timestamps(i32(bytes, options + 4), i32(bytes, options + 8));
        return true;
    }

    /// An option of a length that its kind does not have says nothing.
    private void take(MemorySegment bytes, long at, int kind, int length) {
        switch (kind) {
            case MSS -> mss = length == 4 ? u16(bytes, at + 2) : mss;
            // RFC 7323 §2.3: a greater shift is taken for 14.
            case WSCALE -> wscale = length == 3 ? Math.min(u8(bytes, at + 2), MAX_WSCALE) : wscale;
            case SACK_PERMITTED -> sackPermitted |= length == 2;
            case SACK -> takeSacks(bytes, at, length);
            case TIMESTAMPS -> {
                if (length == 10) {
                    timestamps(i32(bytes, at + 2), i32(bytes, at + 6));
                }
            }
            case USER_TIMEOUT -> userTimeout = length == 4 ? u16(bytes, at + 2) : userTimeout;
            default -> {}
        }
    }

    private void takeSacks(MemorySegment bytes, long at, int length) {
        if (length % 8 != 2) {
            return;
        }
        sacks = 0;
        for (long block = at + 2; block < at + length; block += 8) {
            sack(i32(bytes, block), i32(bytes, block + 4));
        }
    }

    /// Octets that [#write] will lay down, a multiple of 4, 0..40.
    public int length() {
        int length = lengthWithoutSacks();
        int fitting = fitting(length);
        return fitting == 0 ? length : length + 4 + 8 * fitting;
    }

    private int lengthWithoutSacks() {
        return (mss != 0 ? 4 : 0)
                + (hasTimestamps ? TIMESTAMPS_LENGTH : sackPermitted ? 4 : 0)
                + (wscale >= 0 ? 4 : 0)
                + (userTimeout >= 0 ? 4 : 0);
    }

    private int fitting(int others) {
        return Math.min(sacks, (MAX_LENGTH - 4 - others) / 8);
    }

    /// Lays the options down, each padded before it so that its words are aligned, and says how many octets they are.
    ///
    /// @param at where the options begin: 20 octets behind the header's first
    public int write(MemorySegment bytes, long at) {
        long i = at;
        if (mss != 0) {
            i32(bytes, i, MSS << 24 | 4 << 16 | mss & 0xFFFF);
            i += 4;
        }
        if (hasTimestamps) {
            // The two octets that pad timestamps have room for another option.
            int before = sackPermitted ? SACK_PERMITTED << 8 | 2 : NO_OPERATIONS;
            i32(bytes, i, before << 16 | TIMESTAMPS << 8 | 10);
            i32(bytes, i + 4, tsVal);
            i32(bytes, i + 8, tsEcr);
            i += TIMESTAMPS_LENGTH;
        } else if (sackPermitted) {
            i32(bytes, i, NO_OPERATIONS << 16 | SACK_PERMITTED << 8 | 2);
            i += 4;
        }
        if (wscale >= 0) {
            i32(bytes, i, NO_OPERATION << 24 | WSCALE << 16 | 3 << 8 | wscale);
            i += 4;
        }
        if (userTimeout >= 0) {
            i32(bytes, i, USER_TIMEOUT << 24 | 4 << 16 | userTimeout & 0xFFFF);
            i += 4;
        }
        int others = (int) (i - at);
        return others + writeSacks(bytes, i, fitting(others));
    }

    /// @return octets laid down
    private int writeSacks(MemorySegment bytes, long at, int count) {
        if (count == 0) {
            return 0;
        }
        i32(bytes, at, NO_OPERATIONS << 16 | SACK << 8 | 2 + 8 * count);
        for (int block = 0; block < count; block++) {
            i32(bytes, at + 4 + 8L * block, left[block]);
            i32(bytes, at + 8 + 8L * block, right[block]);
        }
        return 4 + 8 * count;
    }
}
