package netkeep.wire;

import static netkeep.wire.Octets.u16;
import static netkeep.wire.Octets.u64;
import static netkeep.wire.Octets.u8;

import java.lang.foreign.MemorySegment;

/// A message of group membership of IPv6: MLDv2, RFC 3810 §5, and what is read of version 1 (RFC 2710 §3). Each is an
/// ICMPv6 message: [Icmp6Message] reads type, code and checksum, and seals what is laid down here.
///
/// ```text
///  0      7 8     15 16    23 24    31
/// +--------+--------+--------+--------+
/// |  type  |  code  |    checksum     |  0
/// +--------+--------+--------+--------+
/// |  max resp code  |    reserved     |  4   a query, and all messages of version 1
/// +--------+--------+--------+--------+
/// |               group               |  8
/// +----+---+--------+--------+--------+
/// |rsv |S.QRV| QQIC |    sources      | 24   a query of version 2 only; sources follow at 28
/// +----+---+--------+--------+--------+
///
/// +--------+--------+--------+--------+
/// |    reserved     |     records     |  4   a report of version 2; records follow at 8
/// +--------+--------+--------+--------+
///
/// +--------+--------+--------+--------+
/// |  type  |aux / 4 |    sources      |  0   a record
/// +--------+--------+--------+--------+
/// |               group               |  4   sources follow at 20, auxiliary data behind them
/// +--------+--------+--------+--------+
/// ```
public final class MldMessage {
    /// Octets of a message of version 1.
    public static final int LENGTH = 24;
    /// Octets of a query of version 2 without sources.
    public static final int QUERY_LENGTH = 28;
    /// Octets of a report of version 2 without records.
    public static final int REPORT_LENGTH = 8;
    /// Octets of a record without sources.
    public static final int RECORD_LENGTH = 20;

    public static final int QUERY = 130;
    public static final int REPORT_V1 = 131;
    public static final int DONE = 132;
    public static final int REPORT_V2 = 143;

    private static final long MAX_RESP_CODE = 4;
    private static final long RECORDS = 6;
    private static final long GROUP = 8;
    private static final long FLAGS = 24;
    private static final long INTERVAL_CODE = 25;
    private static final long SOURCES = 26;

    private static final long RECORD_TYPE = 0;
    private static final long RECORD_AUX = 1;
    private static final long RECORD_SOURCES = 2;
    private static final long RECORD_GROUP = 4;

    private MldMessage() {}

    public static boolean isMld(int type) {
        return type >= QUERY && type <= DONE || type == REPORT_V2;
    }

    /// Of a query and of messages of version 1; `::` in a general query.
    public static long groupHi(MemorySegment bytes, long at) {
        return u64(bytes, at + GROUP);
    }

    public static long groupLo(MemorySegment bytes, long at) {
        return u64(bytes, at + GROUP + 8);
    }

    /// The version that a query speaks, 1 or 2 (RFC 3810 §8.1).
    ///
    /// @param length octets of the message
    public static int queryVersion(int length) {
        return length >= QUERY_LENGTH ? 2 : 1;
    }

    /// Of a query, in milliseconds.
    ///
    /// @param version as [#queryVersion] said: one of version 1 has the time as it is
    public static int maxResponseTime(MemorySegment bytes, long at, int version) {
        int code = u16(bytes, at + MAX_RESP_CODE);
        // RFC 3810 §5.1.3: from 32768 on it is a floating point number.
        return version == 1 || code < 0x8000 ? code : (code & 0xFFF | 0x1000) << (code >>> 12 & 7) + 3;
    }

    /// Of a query of version 2: whether routers leave their timers as they are.
    public static boolean suppress(MemorySegment bytes, long at) {
        return (u8(bytes, at + FLAGS) & 8) != 0;
    }

    /// Of a query of version 2: the querier's robustness, 0..7; 0 if it is above 7.
    public static int robustness(MemorySegment bytes, long at) {
        return u8(bytes, at + FLAGS) & 7;
    }

    /// Of a query of version 2, in seconds.
    public static int queryInterval(MemorySegment bytes, long at) {
        int code = u8(bytes, at + INTERVAL_CODE);
        // RFC 3810 §5.1.9: from 128 on it is a floating point number.
        return code < 0x80 ? code : (code & 0xF | 0x10) << (code >>> 4 & 7) + 3;
    }

    /// Of a query of version 2: how many sources it asks about.
    public static int sources(MemorySegment bytes, long at) {
        return u16(bytes, at + SOURCES);
    }

    /// Of a query of version 2.
    public static long sourceHi(MemorySegment bytes, long at, int index) {
        return u64(bytes, at + QUERY_LENGTH + 16L * index);
    }

    public static long sourceLo(MemorySegment bytes, long at, int index) {
        return u64(bytes, at + QUERY_LENGTH + 16L * index + 8);
    }

    /// Of a report of version 2.
    public static int records(MemorySegment bytes, long at) {
        return u16(bytes, at + RECORDS);
    }

    /// Where the first record of a report begins.
    public static long firstRecord(long at) {
        return at + REPORT_LENGTH;
    }

    /// Where the record behind this one begins.
    public static long nextRecord(MemorySegment bytes, long record) {
        return record + RECORD_LENGTH + 16L * recordSources(bytes, record) + 4L * u8(bytes, record + RECORD_AUX);
    }

    /// One of [GroupRecord]'s constants.
    public static int recordType(MemorySegment bytes, long record) {
        return u8(bytes, record + RECORD_TYPE);
    }

    public static int recordSources(MemorySegment bytes, long record) {
        return u16(bytes, record + RECORD_SOURCES);
    }

    public static long recordGroupHi(MemorySegment bytes, long record) {
        return u64(bytes, record + RECORD_GROUP);
    }

    public static long recordGroupLo(MemorySegment bytes, long record) {
        return u64(bytes, record + RECORD_GROUP + 8);
    }

    /// Says whether a valid message begins here (RFC 3810 §5.1.14, §5.2.13, §6.2; RFC 2710 §3). The checksum is
    /// [Icmp6Message]'s.
    ///
    /// @param length      octets of the message
    /// @param hopLimit    of the IPv6 header
    /// @param routerAlert as [Ipv6Extensions#routerAlert] said
    public static Verdict check(
            MemorySegment bytes, long at, int length, int hopLimit, int routerAlert, long srcHi, long srcLo) {
        if (length < Icmp6Message.LENGTH) {
            return Verdict.TRUNCATED;
        }
        int type = Icmp6Message.type(bytes, at);
        if (!isMld(type)) {
            return Verdict.BAD_TYPE;
        }
        if (hopLimit != 1) {
            return Verdict.BAD_HOP_LIMIT;
        }
        if (routerAlert < 0) {
            return Verdict.BAD_OPTION;
        }
        // RFC 3810 §5.2.13: reports may come from a host that has no address yet.
        if (!Address.isLinkLocal(srcHi, srcLo) && (type == QUERY || !Address.isUnspecified(srcHi, srcLo))) {
            return Verdict.BAD_SOURCE;
        }
        if (type == REPORT_V2) {
            return checkReport(bytes, at, length);
        }
        if (length < LENGTH) {
            return Verdict.TRUNCATED;
        }
        return type == QUERY ? checkQuery(bytes, at, length) : checkGroup(bytes, at);
    }

    private static Verdict checkQuery(MemorySegment bytes, long at, int length) {
        // RFC 3810 §8.1: 24 octets are of version 1, 28 and more of version 2, others of none.
        if (length > LENGTH && length < QUERY_LENGTH) {
            return Verdict.BAD_LENGTH;
        }
        if (length >= QUERY_LENGTH && QUERY_LENGTH + 16L * sources(bytes, at) > length) {
            return Verdict.TRUNCATED;
        }
        return Address.isUnspecified(groupHi(bytes, at), groupLo(bytes, at)) ? Verdict.OK : checkGroup(bytes, at);
    }

    private static Verdict checkGroup(MemorySegment bytes, long at) {
        return Address.isMulticast(groupHi(bytes, at), groupLo(bytes, at)) ? Verdict.OK : Verdict.BAD_FIELD;
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

    /// Lays down the group of a message of version 1. Its first 8 octets are [Icmp6Message#write]'s,
    /// afterwards, with a query's time in the high half of their rest.
    public static void writeGroup(MemorySegment bytes, long at, long hi, long lo) {
        u64(bytes, at + GROUP, hi);
        u64(bytes, at + GROUP + 8, lo);
    }

    /// Lays down a record of a report without its sources, and says where the next one begins. The report's first 8
    /// octets are [Icmp6Message#write]'s, afterwards, with the number of records as their rest.
    public static long writeRecord(MemorySegment bytes, long record, int type, int sources, long hi, long lo) {
        u8(bytes, record + RECORD_TYPE, type);
        u8(bytes, record + RECORD_AUX, 0);
        u16(bytes, record + RECORD_SOURCES, sources);
        u64(bytes, record + RECORD_GROUP, hi);
        u64(bytes, record + RECORD_GROUP + 8, lo);
        return record + RECORD_LENGTH + 16L * sources;
    }

    public static void writeSource(MemorySegment bytes, long record, int index, long hi, long lo) {
        u64(bytes, record + RECORD_LENGTH + 16L * index, hi);
        u64(bytes, record + RECORD_LENGTH + 16L * index + 8, lo);
    }
}
