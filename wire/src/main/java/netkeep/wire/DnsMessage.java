package netkeep.wire;

import static netkeep.wire.Octets.u16;
import static netkeep.wire.Octets.u32;
import static netkeep.wire.Octets.u8;

import java.lang.foreign.MemorySegment;

/// A message of the domain name system, RFC 1035 §4.1, and its question.
///
/// ```text
///  0      7 8     15 16    23 24    31
/// +-----------------+-----------------+
/// |        id       |      flags      |  0
/// +-----------------+-----------------+
/// |     QDCOUNT     |     ANCOUNT     |  4
/// +-----------------+-----------------+
/// |     NSCOUNT     |     ARCOUNT     |  8
/// +-----------------+-----------------+
/// | questions, answers, authority ... |  12
/// +-----------------------------------+
///
/// flags: QR 1, opcode 4, AA 1, TC 1, RD 1, RA 1, Z 3, RCODE 4
/// question: QNAME, QTYPE u16, QCLASS u16
/// OPT (RFC 6891 §6.1.2): root, 41, payload u16, extended RCODE u8, version u8, flags u16, RDLENGTH u16
/// ```
///
/// Readers trust their octets: call [#check] first, and [DnsRecords#check] before its records are read.
public final class DnsMessage {
    /// Octets of the header.
    public static final int HEADER = 12;

    /// Octets of the longest query of ours.
    public static final int LONGEST_QUERY = HEADER + DomainName.LONGEST + 4 + 11;

    /// Octets of the longest message (RFC 1035 §4.2.2).
    public static final int LONGEST = 65_535;

    public static final int PORT = 53;

    /// The class of the Internet.
    public static final int IN = 1;

    // Types (RFC 1035 §3.2.2, RFC 3596 §2.1, RFC 6891 §6.1.1).
    public static final int A = 1;
    public static final int NS = 2;
    public static final int CNAME = 5;
    public static final int SOA = 6;
    public static final int PTR = 12;
    public static final int AAAA = 28;
    public static final int OPT = 41;

    // RCODEs (RFC 1035 §4.1.1, RFC 6891 §9).
    public static final int NO_ERROR = 0;
    public static final int FORMAT_ERROR = 1;
    public static final int SERVER_FAILURE = 2;
    public static final int NAME_ERROR = 3;
    public static final int NOT_IMPLEMENTED = 4;
    public static final int REFUSED = 5;
    public static final int BAD_VERSION = 16;

    private static final int FLAGS = 2;
    private static final int QDCOUNT = 4;
    private static final int RESPONSE = 0x8000;
    private static final int OPCODE = 0x7800;
    private static final int TRUNCATION = 0x0200;
    private static final int RECURSION_DESIRED = 0x0100;
    private static final int RECURSION_AVAILABLE = 0x0080;
    private static final int RCODE = 0xF;

    /// Octets of a question behind its name.
    static final int QUESTION = 4;

    /// Octets of an OPT record without options.
    private static final int OPT_LENGTH = 11;

    private DnsMessage() {}

    public static int id(MemorySegment bytes, long at) {
        return u16(bytes, at);
    }

    /// Whether it is only the begin of an answer.
    public static boolean truncated(MemorySegment bytes, long at) {
        return (u16(bytes, at + FLAGS) & TRUNCATION) != 0;
    }

    /// The low four bits of the RCODE; an OPT record has the others.
    public static int rcode(MemorySegment bytes, long at) {
        return u16(bytes, at + FLAGS) & RCODE;
    }

    /// Whether the server asks others for whoever asks it.
    public static boolean recursionAvailable(MemorySegment bytes, long at) {
        return (u16(bytes, at + FLAGS) & RECURSION_AVAILABLE) != 0;
    }

    static int questions(MemorySegment bytes, long at) {
        return u16(bytes, at + QDCOUNT);
    }

    /// @param section 1 answers, 2 authority, 3 additional
    static int records(MemorySegment bytes, long at, int section) {
        return u16(bytes, at + QDCOUNT + 2L * section);
    }

    /// Says whether this can be an answer to a question. A server that could not read the question may answer without
    /// one: it says so by its RCODE.
    public static Verdict check(MemorySegment bytes, long at, int length, DomainName name, int type) {
        if (length < HEADER) {
            return Verdict.TRUNCATED;
        }
        if ((u16(bytes, at + FLAGS) & (RESPONSE | OPCODE)) != RESPONSE) {
            return Verdict.BAD_TYPE;
        }
        int rcode = rcode(bytes, at);
        if (questions(bytes, at) == 0) {
            return rcode == FORMAT_ERROR || rcode == NOT_IMPLEMENTED ? Verdict.OK : Verdict.NOT_OURS;
        }
        if (questions(bytes, at) != 1) {
            return Verdict.BAD_FIELD;
        }
        DomainName asked = DomainName.read(bytes, at, length, HEADER);
        int end = asked == null ? length : DomainName.end(bytes, at, HEADER);
        if (asked == null || end + QUESTION > length) {
            return Verdict.TRUNCATED;
        }
        boolean same = asked.equals(name) && u16(bytes, at + end) == type && u16(bytes, at + end + 2) == IN;
        return same ? Verdict.OK : Verdict.NOT_OURS;
    }

    /// Lays down a query for a recursive server.
    ///
    /// @param payload octets of the longest answer over UDP that is taken, told by an OPT record; 0 for none:
    ///                that means 512 (RFC 1035 §4.2.1)
    /// @return its length, [#LONGEST_QUERY] at most
    public static int write(MemorySegment bytes, long at, int id, DomainName name, int type, int payload) {
        u16(bytes, at, id);
        u16(bytes, at + FLAGS, RECURSION_DESIRED);
        u32(bytes, at + QDCOUNT, 1 << 16);
        u32(bytes, at + QDCOUNT + 4, payload == 0 ? 0 : 1);
        name.write(bytes, at + HEADER);
        int next = HEADER + name.length();
        u16(bytes, at + next, type);
        u16(bytes, at + next + 2, IN);
        next += QUESTION;
        if (payload == 0) {
            return next;
        }
        // RFC 6891 §6.1.2: the class is the payload, the TTL is RCODE, version 0 and flags.
        u8(bytes, at + next, 0);
        u16(bytes, at + next + 1, OPT);
        u16(bytes, at + next + 3, payload);
        u32(bytes, at + next + 5, 0);
        u16(bytes, at + next + 9, 0);
        return next + OPT_LENGTH;
    }
}
