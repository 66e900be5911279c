package netkeep.engine.ip;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import netkeep.engine.ledger.Counter;
import netkeep.engine.ledger.Counters;
import netkeep.engine.ledger.Index;
import netkeep.engine.ledger.Luck;
import netkeep.engine.ledger.Outgoing;
import netkeep.engine.neighbor.Links;
import netkeep.ring.Ledger;
import netkeep.ring.Records;
import netkeep.ring.Region;
import netkeep.wire.Ipv4Header;
import netkeep.wire.Ipv6Extensions;
import netkeep.wire.Ipv6Header;
import netkeep.wire.Layer;
import netkeep.wire.Verdict;
import org.jspecify.annotations.Nullable;

/// Fragments that wait for their others, RFC 791 §3.2, RFC 815, RFC 8200 §4.5; overlaps are refused (RFC 5722).
///
/// A buffer takes each octet once, at a place where no octet was: what is there already never changes, so that a turn
/// cut off has spoilt nothing. What arrived is in [Ranges] of the record.
///
/// ```text
/// buffer:     0  unused
///            64  payload, up to 65535
///         65600  the first fragment's begin, from its IP header on
/// ```
final class Reassembly {
    private static final int PAYLOAD = 64;
    private static final int FIRST = PAYLOAD + 65536;
    /// Octets of a first fragment that are kept, for the error that may quote it (RFC 4443 §2.4 (c)).
    private static final int FIRST_LENGTH = 1232;

    private static final int BUFFER = FIRST + FIRST_LENGTH;
    // Two buffers lie in the two slots of a record that nobody commits.
    private static final int BUFFER_SLOT = 8 + BUFFER;

    private static final int HEADERS = Packet.COPIED;

    private final Ip ip;
    private final Counters counters;
    private final Luck luck;
    private final Outgoing outgoing;
    private final long reassemblyNs;
    private final Records records;
    private final Region region;
    private final Ranges ranges;
    private final Records buffers;
    private final Region memory;
    // Derived.
    private final Index index;
    // Derived: no later than the earliest deadline.
    private long nextNs = Links.NEVER;
    // Scratch of one packet.
    private final Packet whole = new Packet();
    private final MemorySegment headers = Arena.ofAuto().allocate(HEADERS, 8);
    private final Ipv6Extensions extensions = new Ipv6Extensions();
    private int delivered;
    private int laidBefore;

    Reassembly(Ip ip, Ledger ledger, Counters counters, Luck luck, Outgoing outgoing, IpSettings settings) {
        int count = settings.reassemblies();
        this.ip = ip;
        this.counters = counters;
        this.luck = luck;
        this.outgoing = outgoing;
        this.reassemblyNs = settings.reassemblyNs();
        this.records = ledger.table(count, Ranges.SLOT);
        this.region = records.region();
        this.ranges = new Ranges(records);
        this.buffers = ledger.table(count / 2, BUFFER_SLOT);
        this.memory = buffers.region();
        this.index = new Index(count);
        records.recover(0, count);
        for (int i = 0; i < count; i++) {
            if (records.written(i) && ranges.state(i) != Ranges.FREE) {
                index.add(i, hash(i));
                nextNs = Math.min(nextNs, ranges.deadlineNs(i));
            }
        }
    }

    /// Counts and slots of the tables, in the order of the ledger.
    static int[] counts(IpSettings settings) {
        return new int[] {settings.reassemblies(), settings.reassemblies() / 2};
    }

    static int[] slots() {
        return new int[] {Ranges.SLOT, BUFFER_SLOT};
    }

    /// A fragment arrived: its piece is the packet's upper part.
    ///
    /// @param protocol of the whole packet's payload, which the first fragment decides
    /// @return the packet that it made whole, good until [#release]; null while others are missing
    ///     or if it is dropped
    @Nullable
    Packet arrives(Packet packet, long identification, int offset, boolean more, int protocol, long nowNs) {
        counters.add(packet.v6 ? Counter.Ip6ReasmReqds : Counter.IpReasmReqds);
        int end = offset + packet.upperLength;
        int most = packet.v6 ? 65535 : 65535 - Ipv4Header.LENGTH;
        if (packet.upperLength == 0 || more && (packet.upperLength & 7) != 0 || end > most) {
            return drop(packet, Verdict.FRAGMENT_LENGTH);
        }
        int key = packet.v6 ? 0 : protocol;
        int record = find(packet, identification, key);
        if (record < 0) {
            record = create(packet, identification, key, nowNs);
            if (record < 0) {
                return drop(packet, Verdict.FRAGMENT_QUOTA);
            }
        }
        if (ranges.state(record) != Ranges.OPEN) {
            return drop(packet, Verdict.FRAGMENT_OVERLAP);
        }
        Verdict verdict = take(record, packet, offset, end, more);
        if (verdict != Verdict.OK) {
            return drop(packet, verdict);
        }
        if (offset == 0 && ranges.firstLength(record) == 0) {
            first(record, packet, protocol);
        }
        return ranges.complete(record) ? complete(record, packet) : null;
    }

    /// Gives the buffer of the packet made whole back. If frames were laid down since, they may point into it, and it
    /// goes with the next [#expire], when they are sent.
    void release(long nowNs) {
        if (outgoing.count() == laidBefore) {
            free(delivered);
        } else {
            ranges.end(delivered, Ranges.DONE, nowNs);
            nextNs = Math.min(nextNs, nowNs);
        }
    }

    private Verdict take(int record, Packet packet, int offset, int end, boolean more) {
        long from = packet.at + packet.upper;
        long to = buffer(record) + PAYLOAD + offset;
        if (ranges.holds(record, offset, end)) {
            // RFC 8200 §4.5: a fragment may come twice; if it is the same, nothing is wrong. Over IPv4 a part of one
            // may, cut anew on another way.
            boolean same = MemorySegment.mismatch(
                            packet.frames(), from, from + packet.upperLength, memory.memory(), to, to + end - offset)
                    < 0;
            if (same && (!packet.v6 || ranges.exactly(record, offset, end, more))) {
                return Verdict.OK;
            }
        }
        Verdict verdict = ranges.add(record, offset, end, more, packet.trafficClass & 3);
        if (verdict != Verdict.OK) {
            // RFC 5722 §4: all of them go, those that are still to come too.
            ranges.end(record, Ranges.SPOILT, ranges.deadlineNs(record));
            return verdict;
        }
        memory.copy(to, packet.frames(), from, end - offset);
        return Verdict.OK;
    }

    private void first(int record, Packet packet, int protocol) {
        int length = Math.min(packet.upper + packet.upperLength - packet.ip, FIRST_LENGTH);
        ranges.first(record, protocol, packet.trafficClass, packet.hops, length);
        long to = buffer(record) + FIRST;
        // The headers are what was checked; behind them the frame may change, which harms nobody.
        int checked = Math.min(HEADERS - packet.ip, length);
        memory.copy(to, packet.headers, packet.ip, checked);
        memory.copy(to + checked, packet.frames(), packet.at + packet.ip + checked, length - checked);
    }

    private @Nullable Packet complete(int record, Packet packet) {
        int ecn = ranges.ecn(record);
        // RFC 3168 §5.3: a mark on one fragment is a mark on the packet; beside one that cannot have it, it is a fraud.
        if ((ecn & 8) != 0 && (ecn & 1) != 0) {
            free(record);
            return drop(packet, Verdict.BAD_FIELD);
        }
        int total = ranges.total(record);
        int headerLength = packet.v6 ? Ipv6Header.LENGTH : Ipv4Header.LENGTH;
        int trafficClass = ranges.trafficClass(record) | ((ecn & 8) != 0 ? 3 : 0);
        fill(record, packet, headerLength, total, trafficClass);
        counters.add(packet.v6 ? Counter.Ip6ReasmOKs : Counter.IpReasmOKs);
        delivered = record;
        laidBefore = outgoing.count();
        return whole;
    }

    /// Makes [#whole] of what lies in a buffer, with a header as if it had come in one piece.
    private void fill(int record, Packet packet, int headerLength, int total, int trafficClass) {
        whole.headers = headers;
        whole.lies(memory.memory(), buffer(record));
        whole.length = PAYLOAD + total;
        whole.link = packet.link;
        whole.assembled = true;
        whole.copy = !ip.reports();
        whole.sourceHi = packet.sourceHi;
        whole.sourceLo = packet.sourceLo;
        whole.destinationHi = packet.destinationHi;
        whole.destinationLo = packet.destinationLo;
        whole.v6 = packet.v6;
        whole.hops = ranges.hops(record);
        whole.trafficClass = trafficClass;
        whole.protocol = ranges.protocol(record);
        whole.ip = PAYLOAD - headerLength;
        whole.upper = PAYLOAD;
        whole.upperLength = total;
        whole.vouched = false;
        whole.segmentSize = 0;
        whole.multicast = packet.multicast;
        whole.broadcast = packet.broadcast;
        whole.routerAlert = -1;
        MemorySegment.copy(memory.memory(), whole.at + PAYLOAD, headers, PAYLOAD, Math.min(total, HEADERS - PAYLOAD));
        if (packet.v6) {
            Ipv6Header.write(
                    headers,
                    whole.ip,
                    trafficClass,
                    0,
                    total,
                    whole.protocol,
                    whole.hops,
                    whole.sourceHi,
                    whole.sourceLo,
                    whole.destinationHi,
                    whole.destinationLo);
        } else {
            Ipv4Header.write(
                    headers,
                    whole.ip,
                    headerLength,
                    trafficClass,
                    headerLength + total,
                    0,
                    0,
                    whole.hops,
                    whole.protocol,
                    whole.sourceLo,
                    whole.destinationLo);
        }
    }

    private int find(Packet packet, long identification, int key) {
        long hash = hash(packet.sourceHi, packet.sourceLo, packet.destinationHi, packet.destinationLo, identification);
        for (int i = index.first(hash); i >= 0; i = index.next(i)) {
            if (ranges.matches(i, packet, identification, key)) {
                return i;
            }
        }
        return -1;
    }

    private int create(Packet packet, long identification, int key, long nowNs) {
        int free = index.free();
        if (free < 0) {
            free = evict(packet);
            if (free < 0) {
                return -1;
            }
        }
        ranges.open(free, packet, identification, key, nowNs + reassemblyNs);
        index.add(free, hash(free));
        nextNs = Math.min(nextNs, nowNs + reassemblyNs);
        return free;
    }

    /// Makes room: a spoilt packet goes first, then the oldest of a source that has a quarter of all, then the oldest.
    private int evict(Packet packet) {
        int share = 0;
        int own = -1;
        int oldest = -1;
        int spoilt = -1;
        for (int i = index.after(0); i >= 0; i = index.after(i + 1)) {
            int state = ranges.state(i);
            if (state == Ranges.SPOILT) {
                spoilt = i;
            }
            if (state == Ranges.DONE) {
                continue;
            }
            oldest = oldest < 0 || ranges.deadlineNs(i) < ranges.deadlineNs(oldest) ? i : oldest;
            if (ranges.from(i, packet.sourceHi, packet.sourceLo)) {
                share++;
                own = own < 0 || ranges.deadlineNs(i) < ranges.deadlineNs(own) ? i : own;
            }
        }
        int chosen = spoilt >= 0 ? spoilt : share >= Math.max(1, records.count() / 4) ? own : oldest;
        if (chosen >= 0) {
            counters.add(ranges.v6(chosen) ? Counter.Ip6ReasmFails : Counter.IpReasmFails);
            free(chosen);
        }
        return chosen;
    }

    long deadlineNs() {
        return nextNs;
    }

    /// Gives up what has waited too long.
    void expire(long nowNs) {
        if (nowNs < nextNs) {
            return;
        }
        nextNs = Links.NEVER;
        for (int i = index.after(0); i >= 0; i = index.after(i + 1)) {
            long deadlineNs = ranges.deadlineNs(i);
            if (nowNs < deadlineNs) {
                nextNs = Math.min(nextNs, deadlineNs);
                continue;
            }
            if (ranges.state(i) != Ranges.DONE) {
                counters.add(ranges.v6(i) ? Counter.Ip6ReasmTimeout : Counter.IpReasmTimeout);
                counters.add(ranges.v6(i) ? Counter.Ip6ReasmFails : Counter.IpReasmFails);
                tell(i, nowNs);
            }
            free(i);
        }
    }

    /// RFC 1122 §3.3.2, RFC 8200 §4.5: the sender is told, if the first fragment is there to be quoted.
    private void tell(int record, long nowNs) {
        int length = ranges.firstLength(record);
        if (length == 0 || ranges.state(record) != Ranges.OPEN || !ip.reports()) {
            return;
        }
        whole.headers = headers;
        whole.lies(memory.memory(), buffer(record) + FIRST);
        whole.length = length;
        whole.ip = 0;
        ranges.addresses(record, whole);
        MemorySegment.copy(memory.memory(), whole.at, headers, 0, Math.min(length, HEADERS));
        // Of what it is a fragment: an error that did not come whole is no reason for another one.
        if (whole.v6) {
            extensions.walk(headers, 0, Math.min(length, HEADERS));
        }
        whole.protocol = whole.v6 ? extensions.protocol() : Ipv4Header.protocol(headers, 0);
        whole.upper = whole.v6 ? extensions.upper() : Ipv4Header.headerLength(headers, 0);
        whole.upperLength = length - whole.upper;
        ip.problem(whole, Problem.REASSEMBLY_EXCEEDED, 0, nowNs);
    }

    private void free(int record) {
        index.remove(record, hash(record));
        ranges.end(record, Ranges.FREE, Links.NEVER);
    }

    private @Nullable Packet drop(Packet packet, Verdict verdict) {
        ip.drop(packet.v6 ? Layer.IPV6 : Layer.IPV4, verdict);
        return null;
    }

    private long buffer(int record) {
        return buffers.read(record >>> 1) + (long) (record & 1) * BUFFER_SLOT + 8;
    }

    private long hash(int record) {
        long at = records.read(record);
        return hash(
                region.i64(at + Ranges.SOURCE),
                region.i64(at + Ranges.SOURCE + 8),
                region.i64(at + Ranges.DESTINATION),
                region.i64(at + Ranges.DESTINATION + 8),
                region.i32(at + Ranges.IDENTIFICATION) & 0xFFFF_FFFFL);
    }

    private long hash(long sourceHi, long sourceLo, long destinationHi, long destinationLo, long identification) {
        return luck.hash(sourceHi, sourceLo, destinationHi, destinationLo, identification << 8 | 5);
    }
}
