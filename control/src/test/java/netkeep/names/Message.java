package netkeep.names;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import netkeep.wire.Address;
import netkeep.wire.DnsMessage;
import netkeep.wire.DomainName;
import netkeep.wire.Octets;

/// Writes what servers answer.
final class Message {
    static final int AUTHORITATIVE = 0x0400;
    static final int TRUNCATED = 0x0200;
    static final int RECURSES = 0x0080;

    private static final int RESPONSE = 0x8100;

    private final MemorySegment bytes = MemorySegment.ofArray(new byte[DnsMessage.LONGEST]);
    private int next;

    private Message() {}

    /// An answer to a query, with its question.
    static Message to(byte[] query, int flags, int rcode) {
        Message message = new Message();
        MemorySegment asked = MemorySegment.ofArray(query);
        message.next = DnsMessage.HEADER + name(query).length() + 4;
        MemorySegment.copy(asked, 0, message.bytes, 0, message.next);
        Octets.u16(message.bytes, 2, RESPONSE | flags | rcode & 0xF);
        Octets.u16(message.bytes, 10, 0);
        return message;
    }

    static DomainName name(byte[] query) {
        DomainName name = DomainName.read(MemorySegment.ofArray(query), 0, query.length, DnsMessage.HEADER);
        if (name == null) {
            throw new AssertionError("no question");
        }
        return name;
    }

    static int type(byte[] query) {
        return Octets.u16(
                MemorySegment.ofArray(query), DnsMessage.HEADER + name(query).length());
    }

    /// Whether a query has an OPT record.
    static boolean extended(byte[] query) {
        return query[11] != 0;
    }

    Message id(int id) {
        Octets.u16(bytes, 0, id);
        return this;
    }

    Message address(DomainName owner, long ttl, Address address) {
        record(1, owner, address.isV4() ? DnsMessage.A : DnsMessage.AAAA, ttl, address.octets());
        return this;
    }

    Message alias(DomainName owner, long ttl, DomainName target) {
        return pointer(owner, DnsMessage.CNAME, ttl, target);
    }

    Message pointer(DomainName owner, int type, long ttl, DomainName target) {
        record(1, owner, type, ttl, octets(target));
        return this;
    }

    Message soa(DomainName zone, long ttl, long minimum) {
        byte[] names = Arrays.copyOf(octets(zone), 2 * zone.length() + 20);
        System.arraycopy(octets(zone), 0, names, zone.length(), zone.length());
        Octets.u32(MemorySegment.ofArray(names), names.length - 4L, minimum);
        record(2, zone, DnsMessage.SOA, ttl, names);
        return this;
    }

    Message servers(DomainName zone) {
        record(2, zone, DnsMessage.NS, 60, octets(zone));
        return this;
    }

    Message opt(int extended) {
        record(3, DomainName.ROOT, DnsMessage.OPT, (long) extended << 24, new byte[0]);
        return this;
    }

    private static byte[] octets(DomainName name) {
        byte[] octets = new byte[name.length()];
        name.write(MemorySegment.ofArray(octets), 0);
        return octets;
    }

    private void record(int section, DomainName owner, int type, long ttl, byte[] data) {
        owner.write(bytes, next);
        next += owner.length();
        Octets.u16(bytes, next, type);
        Octets.u16(bytes, next + 2, type == DnsMessage.OPT ? 1232 : DnsMessage.IN);
        Octets.u32(bytes, next + 4, ttl);
        Octets.u16(bytes, next + 8, data.length);
        MemorySegment.copy(MemorySegment.ofArray(data), 0, bytes, next + 10, data.length);
        next += 10 + data.length;
        Octets.u16(bytes, 4 + 2L * section, Octets.u16(bytes, 4 + 2L * section) + 1);
    }

    byte[] octets() {
        return bytes.asSlice(0, next).toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
    }
}
