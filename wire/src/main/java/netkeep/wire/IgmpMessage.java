package netkeep.wire;

import static netkeep.wire.Octets.u16;
import static netkeep.wire.Octets.u32;
import static netkeep.wire.Octets.u8;

import java.lang.foreign.MemorySegment;

/// A message of group membership of IPv4: IGMPv3, RFC 3376 §4, and what is read of versions 1 and 2.
///
/// ```text
///  0      7 8     15 16    23 24    31
/// +--------+--------+--------+--------+
/// |  type  |max resp|    checksum     |  0
/// +--------+--------+--------+--------+
/// |               group               |  4   a query, and all messages of versions 1 and 2
/// +----+---+--------+--------+--------+
/// |rsv |S.QRV| QQIC |    sources      |  8   a query of version 3 only; sources follow at 12
/// +----+---+--------+--------+--------+
///
/// +--------+--------+--------+--------+
/// |  0x22  |reserved|    checksum     |  0   a report of version 3
/// +--------+--------+--------+--------+
/// |    reserved     |     records     |  4   records follow at 8
/// +--------+--------+--------+--------+
///
/// +--------+--------+--------+--------+
/// |  type  |aux / 4 |    sources      |  0   a record
/// +--------+--------+--------+--------+
/// |               group               |  4   sources follow at 8, auxiliary data behind them
/// +--------+--------+--------+--------+
/// ```
///
/// Addresses are read as the low halves of their mapped form.
public final class IgmpMessage {
    /// Octets of the least message.
    public static final int LENGTH = 8;
    /// Octets of a query of version 3 without sources.
    public static final int QUERY_LENGTH = 12;
    /// Octets of a record without sources.
    public static final int RECORD_LENGTH = 8;

    public static final int QUERY = 0x11;
    public static final int REPORT_V1 = 0x12;
    public static final int REPORT_V2 = 0x16;
    public static final int LEAVE = 0x17;
    public static final int REPORT_V3 = 0x22;

    private static final long TYPE = 0;
    private static final long MAX_RESP_CODE = 1;
    private static final long CHECKSUM = 2;
    private static final long GROUP = 4;
    private static final long RECORDS = 6;
    private static final long FLAGS = 8;
    private static final long INTERVAL_CODE = 9;
    private static final long SOURCES = 10;

    private static final long RECORD_TYPE = 0;
    private static final long RECORD_AUX = 1;
    private static final long RECORD_SOURCES = 2;
    private static final long RECORD_GROUP = 4;

    private IgmpMessage() {}

    public static int type(MemorySegment bytes, long at) {
        return u8(bytes, at + TYPE);
    }

    /// Of a query and of messages of versions 1 and 2; 0.0.0.0 in a general query.
    public static long group(MemorySegment bytes, long at) {
        return Address.V4 | u32(bytes, at + GROUP);
    }

    /// The version that a query speaks, 1..3 (RFC 3376 §7.1).
    ///
    /// @param length octets of the message
    public static int queryVersion(MemorySegment bytes, long at, int length) {
        if (length >= QUERY_LENGTH) {
            return 3;
        }
        return u8(bytes, at + MAX_RESP_CODE) == 0 ? 1 : 2;
    }

    /// Of a query, in tenths of a second; 0 in one of version 1, which means 100 (RFC 3376 §4.1.1).
    ///
    /// @param version as [#queryVersion] said: one of version 2 has the time as it is
    public static int maxResponseTime(MemorySegment bytes, long at, int version) {
        int code = u8(bytes, at + MAX_RESP_CODE);
        return version == 3 ? decode(code) : code;
    }

    /// Of a query of version 3: whether routers leave their timers as they are.
    public static boolean suppress(MemorySegment bytes, long at) {
        return (u8(bytes, at + FLAGS) & 8) != 0;
    }

    /// Of a query of version 3: the querier's robustness, 0..7; 0 if it is above 7.
    public static int robustness(MemorySegment bytes, long at) {
        return u8(bytes, at + FLAGS) & 7;
    }

    /// Of a query of version 3, in seconds.
    public static int queryInterval(MemorySegment bytes, long at) {
        return decode(u8(bytes, at + INTERVAL_CODE));
    }

    /// Of a query of version 3: how many sources it asks about.
    public static int sources(MemorySegment bytes, long at) {
        return u16(bytes, at + SOURCES);
    }

    /// Of a query of version 3.
    public static long source(MemorySegment bytes, long at, int index) {
        return Address.V4 | u32(bytes, at + QUERY_LENGTH + 4L * index);
    }

    /// Of a report of version 3.
    public static int records(MemorySegment bytes, long at) {
        return u16(bytes, at + RECORDS);
    }

    /// Where the first record of a report begins.
    public static long firstRecord(long at) {
        return at + LENGTH;
    }

    /// Where the record behind this one begins.
    public static long nextRecord(MemorySegment bytes, long record) {
        return record + RECORD_LENGTH + 4L * (recordSources(bytes, record) + u8(bytes, record + RECORD_AUX));
    }

    /// One of [GroupRecord]'s constants.
    public static int recordType(MemorySegment bytes, long record) {
        return u8(bytes, record + RECORD_TYPE);
    }

    public static int recordSources(MemorySegment bytes, long record) {
        return u16(bytes, record + RECORD_SOURCES);
    }

    public static long recordGroup(MemorySegment bytes, long record) {
        return Address.V4 | u32(bytes, record + RECORD_GROUP);
    }

    public static long recordSource(MemorySegment bytes, long record, int index) {
        return Address.V4 | u32(bytes, record + RECORD_LENGTH + 4L * index);
    }

    /// A number of 8 bits that from 128 on is a floating point number (RFC 3376 §4.1.1).
    private static int decode(int code) {
        return code < 0x80 ? code : (code & 0xF | 0x10) << (code >>> 4 & 7) + 3;
    }

    /// Says whether a whole message begins here and its checksum holds. Messages may be longer than what they say: the
    /// checksum covers the rest (RFC 3376 §4.1.10, §4.2.11).
    ///
    /// @param length octets of the message
    public static Verdict check(MemorySegment bytes, long at, int length) {
        if (length < LENGTH) {
            return Verdict.TRUNCATED;
        }
        if (Checksum.fold(Checksum.add(0, bytes, at, length)) != 0) {
            return Verdict.BAD_CHECKSUM;
        }
        return switch (type(bytes, at)) {
            case QUERY -> checkQuery(bytes, at, length);
            case REPORT_V1, REPORT_V2, LEAVE -> Verdict.OK;
            case REPORT_V3 -> checkReport(bytes, at, length);
            // RFC 3376 §4: others are ignored in silence.
            default -> Verdict.BAD_TYPE;
        };
    }

    private static Verdict checkQuery(MemorySegment bytes, long at, int length) {
        // RFC 3376 §7.1: 8 octets are of version 1 or 2, 12 and more of version 3, others of none.
        if (length > LENGTH && length < QUERY_LENGTH) {
            return Verdict.BAD_LENGTH;
        }
        if (length >= QUERY_LENGTH && QUERY_LENGTH + 4L * sources(bytes, at) > length) {
            return Verdict.TRUNCATED;
        }
        long group = group(bytes, at);
        return group == Address.V4 || Address.isMulticast(0, group) ? Verdict.OK : Verdict.BAD_FIELD;
    }

    private static Verdict checkReport(MemorySegment bytes, long at, int length) {
        long end = at + length;
        long record = firstRecord(at);
        for (int left = records(bytes, at); left > 0; left--) {
            if (record + RECORD_LENGTH > end || nextRecord(bytes, record) > end) {
                return Verdict.TRUNCATED;
            }
            record = nextRecord(bytes, record);
        }
        return Verdict.OK;
    }

    /// Lays down a message of version 1 or 2 and seals it.
    ///
    /// @param maxResponse in tenths of a second, 0 for all but queries
    /// @param group       its low 32 bits count
    public static void write(MemorySegment bytes, long at, int type, int maxResponse, long group) {
        u8(bytes, at + TYPE, type);
        u8(bytes, at + MAX_RESP_CODE, maxResponse);
        u32(bytes, at + GROUP, group);
        seal(bytes, at, LENGTH);
    }

    /// Lays down the first 8 octets of a report of version 3; [#seal] comes when its records are there.
    public static void writeReport(MemorySegment bytes, long at, int records) {
        u8(bytes, at + TYPE, REPORT_V3);
        u8(bytes, at + MAX_RESP_CODE, 0);
        u16(bytes, at + GROUP, 0);
        u16(bytes, at + RECORDS, records);
    }

    /// Lays down a record without its sources, and says where the next one begins.
    public static long writeRecord(MemorySegment bytes, long record, int type, int sources, long group) {
        u8(bytes, record + RECORD_TYPE, type);
        u8(bytes, record + RECORD_AUX, 0);
        u16(bytes, record + RECORD_SOURCES, sources);
        u32(bytes, record + RECORD_GROUP, group);
        return record + RECORD_LENGTH + 4L * sources;
    }

    public static void writeSource(MemorySegment bytes, long record, int index, long source) {
        u32(bytes, record + RECORD_LENGTH + 4L * index, source);
    }

    /// Puts in the checksum.
    public static void seal(MemorySegment bytes, long at, int length) {
        u16(bytes, at + CHECKSUM, 0);
        u16(bytes, at + CHECKSUM, Checksum.fold(Checksum.add(0, bytes, at, length)));
    }
}
