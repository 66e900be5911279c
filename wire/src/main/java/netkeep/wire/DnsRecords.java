package netkeep.wire;

import static netkeep.wire.Octets.i32;
import static netkeep.wire.Octets.u16;
import static netkeep.wire.Octets.u32;
import static netkeep.wire.Octets.u64;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/// The records of a message, one after the other, RFC 1035 §4.1.3.
///
/// ```text
/// NAME, TYPE u16, CLASS u16, TTL u32, RDLENGTH u16, RDATA
/// ```
///
/// Readers trust their octets: call [#check] first.
public final class DnsRecords {
    public static final int ANSWER = 1;
    public static final int AUTHORITY = 2;
    public static final int ADDITIONAL = 3;

    private static final int TTL = 4;
    private static final int RDLENGTH = 8;

    /// Octets between name and data.
    private static final int FIXED = 10;

    /// Octets of a SOA's five numbers, the last of which is MINIMUM.
    private static final int SOA_NUMBERS = 20;

    private final MemorySegment bytes;
    private final long at;
    private final int length;
    private int section = ANSWER;

    /// Records of this section that were read.
    private int count;

    private int name;

    /// Where type, class, TTL and length of the data lie.
    private int fixed;

    private int next;

    /// @param at     where the message begins
    /// @param length of the message
    public DnsRecords(MemorySegment bytes, long at, int length) {
        this.bytes = bytes;
        this.at = at;
        this.length = length;
        int from = DnsMessage.HEADER;
        for (int i = DnsMessage.questions(bytes, at); i > 0; i--) {
            from = DomainName.end(bytes, at, from) + DnsMessage.QUESTION;
        }
        this.next = from;
    }

    /// Says whether all records are there, and what those hold that we read.
    ///
    /// @param length of a message whose question is there: see [DnsMessage#check]
    public static Verdict check(MemorySegment bytes, long at, int length) {
        DnsRecords records = new DnsRecords(bytes, at, length);
        int options = 0;
        for (int section = ANSWER; section <= ADDITIONAL; section++) {
            for (int i = DnsMessage.records(bytes, at, section); i > 0; i--) {
                Verdict verdict = records.look();
                if (verdict != Verdict.OK) {
                    return verdict;
                }
                // RFC 6891 §6.1.1: a message with more than one OPT record is malformed.
                options += records.type() == DnsMessage.OPT ? 1 : 0;
            }
        }
        return options > 1 ? Verdict.BAD_OPTION : Verdict.OK;
    }

    private Verdict look() {
        if (DomainName.read(bytes, at, length, next) == null) {
            return Verdict.BAD_FIELD;
        }
        int after = DomainName.end(bytes, at, next);
        if (after + FIXED > length || after + FIXED + u16(bytes, at + after + RDLENGTH) > length) {
            return Verdict.TRUNCATED;
        }
        step();
        int data = data();
        return switch (type()) {
            case DnsMessage.A -> dataLength() == 4 ? Verdict.OK : Verdict.BAD_LENGTH;
            case DnsMessage.AAAA -> dataLength() == 16 ? Verdict.OK : Verdict.BAD_LENGTH;
            case DnsMessage.CNAME, DnsMessage.PTR, DnsMessage.NS ->
                nameEnd(data) == next ? Verdict.OK : Verdict.BAD_FIELD;
            case DnsMessage.SOA -> {
                int second = nameEnd(data);
                yield second > 0 && nameEnd(second) + SOA_NUMBERS == next ? Verdict.OK : Verdict.BAD_FIELD;
            }
            case DnsMessage.OPT -> fixed == name + 1 ? Verdict.OK : Verdict.BAD_OPTION;
            default -> Verdict.OK;
        };
    }

    /// Where a name within the data ends, a negative number if it does not.
    private int nameEnd(int from) {
        if (from < 0 || from >= next || DomainName.read(bytes, at, length, from) == null) {
            return Integer.MIN_VALUE / 2;
        }
        int end = DomainName.end(bytes, at, from);
        return end > next ? Integer.MIN_VALUE / 2 : end;
    }

    private void step() {
        name = next;
        fixed = DomainName.end(bytes, at, next);
        next = fixed + FIXED + u16(bytes, at + fixed + RDLENGTH);
    }

    /// Goes on to the next record.
    ///
    /// @return whether there is one
    public boolean next() {
        while (count == DnsMessage.records(bytes, at, section)) {
            if (section == ADDITIONAL) {
                return false;
            }
            section++;
            count = 0;
        }
        count++;
        step();
        return true;
    }

    /// Which of the three sections it is in.
    public int section() {
        return section;
    }

    public DomainName name() {
        return Objects.requireNonNull(DomainName.read(bytes, at, length, name));
    }

    public int type() {
        return u16(bytes, at + fixed);
    }

    /// Its class; an OPT record's is the payload that the other side takes.
    public int recordClass() {
        return u16(bytes, at + fixed + 2);
    }

    /// Seconds for which it may be kept, 0..2^31-1: what has the highest bit set is 0 (RFC 2181 §8).
    public long ttl() {
        return Math.max(0, i32(bytes, at + fixed + TTL));
    }

    /// The high eight bits of the RCODE, of an OPT record.
    public int extendedRcode() {
        return (int) (u32(bytes, at + fixed + TTL) >>> 24);
    }

    /// Where its data begins in the message.
    private int data() {
        return fixed + FIXED;
    }

    private int dataLength() {
        return next - data();
    }

    /// The address of an A or AAAA record.
    public Address address() {
        long data = at + data();
        return dataLength() == 4 ? Address.v4(i32(bytes, data)) : Address.of(u64(bytes, data), u64(bytes, data + 8));
    }

    /// The name that a CNAME, PTR or NS record leads to.
    public DomainName target() {
        return Objects.requireNonNull(DomainName.read(bytes, at, length, data()));
    }

    /// MINIMUM of a SOA record, seconds: with its TTL, for how long it holds that something is not there
    /// (RFC 2308 §4).
    public long minimum() {
        return Math.max(0, i32(bytes, at + next - 4L));
    }
}
