package netkeep.engine.ip;

import static java.util.concurrent.TimeUnit.SECONDS;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import netkeep.engine.neighbor.Links;
import netkeep.ring.Ledger;
import netkeep.ring.Records;
import netkeep.ring.Region;
import netkeep.wire.Address;
import netkeep.wire.DomainName;

/// What servers of DHCP and routers say of names: whom to ask, and where to search. It is kept for who asks; the
/// engine itself asks nobody.
///
/// ```text
/// slot:  0  tag u64
///        8  endNs  u64   until when it holds, NEVER for ever
///       16  by     u8    0 free, 1 DHCP, 2 a router
///       18  link   u16
///       20  rank   u16   among those of its lease
///       24  an address, hi and lo, or a name as in a message; zeros behind it
///
/// the last record:
///        8  changes u64  how often the rest has changed, but for endNs
/// ```
public final class NameAdvice {
    /// The most servers, and names to search. RFC 8106 §5.3.1: at least three of each.
    public static final int MOST = 8;

    static final int COUNT = 2 * MOST + 1;
    static final int SLOT = 280;

    private static final int FREE = 0;
    private static final int DHCP = 1;
    private static final int ROUTER = 2;

    private static final int SERVERS = 0;
    private static final int SEARCH = MOST;
    private static final int CHANGES = 2 * MOST;

    private static final long END_NS = 8;
    private static final long BY = 16;
    private static final long LINK = 18;
    private static final long RANK = 20;
    private static final long VALUE = 24;
    private static final long COUNTED = 8;

    /// Of a value, in words of eight octets.
    private static final int WORDS = 32;

    private static final long INFINITE = 0xFFFF_FFFFL;

    private final Records records;
    private final Region region;
    private final MemorySegment scratch = Arena.ofAuto().allocate(WORDS * Long.BYTES, Long.BYTES);
    // Derived: no later than the first end.
    private long nextNs = Links.NEVER;

    NameAdvice(Ledger ledger) {
        this.records = ledger.table(COUNT, SLOT);
        this.region = records.region();
        records.recover(0, COUNT);
        for (int i = 0; i < COUNT; i++) {
            if (!records.written(i)) {
                records.fresh(i);
            }
        }
        look();
    }

    private void look() {
        nextNs = Links.NEVER;
        for (int i = 0; i < CHANGES; i++) {
            if (by(i) != FREE) {
                nextNs = Math.min(nextNs, endNs(i));
            }
        }
    }

    private int by(int index) {
        return region.u8(records.read(index) + BY);
    }

    private long endNs(int index) {
        return region.i64(records.read(index) + END_NS);
    }

    /// Counts up with every change of [#servers] and [#search].
    public long changes() {
        return region.i64(records.read(CHANGES) + COUNTED);
    }

    private void changed() {
        long at = records.write(CHANGES);
        region.i64(at + COUNTED, region.i64(at + COUNTED) + 1);
    }

    /// Whom to ask, the first one first. RFC 8106 §5.3.1: what DHCP says goes before what routers say.
    public List<Address> servers() {
        List<Address> all = new ArrayList<>();
        for (long[] value : values(SERVERS)) {
            all.add(Address.of(value[0], value[1]));
        }
        return all.stream().distinct().toList();
    }

    /// What to put behind a name, in this order.
    public List<DomainName> search() {
        List<DomainName> all = new ArrayList<>();
        for (long[] value : values(SEARCH)) {
            MemorySegment.copy(value, 0, scratch, ValueLayout.JAVA_LONG, 0, WORDS);
            all.add(Objects.requireNonNull(DomainName.read(scratch, 0, DomainName.LONGEST, 0)));
        }
        return all.stream().distinct().toList();
    }

    private List<long[]> values(int base) {
        return IntStream.range(base, base + MOST)
                .filter(i -> by(i) != FREE)
                .boxed()
                .sorted(Comparator.comparingInt(this::by).thenComparingInt(this::rank))
                .map(this::value)
                .toList();
    }

    private int rank(int index) {
        return region.u16(records.read(index) + RANK);
    }

    private long[] value(int index) {
        long[] value = new long[WORDS];
        region.read(records.read(index) + VALUE, value, 0, WORDS);
        return value;
    }

    private static long[] value(Address address) {
        long[] value = new long[WORDS];
        value[0] = address.hi();
        value[1] = address.lo();
        return value;
    }

    private long[] value(DomainName name) {
        long[] value = new long[WORDS];
        scratch.fill((byte) 0);
        name.write(scratch, 0);
        MemorySegment.copy(scratch, ValueLayout.JAVA_LONG, 0, value, 0, WORDS);
        return value;
    }

    private boolean is(int index, int by, int link) {
        long at = records.read(index);
        return region.u8(at + BY) == by && region.u16(at + LINK) == link;
    }

    /// What came with a lease, in place of what came with the last one.
    ///
    /// @param servers in their order of preference (RFC 2132 §3.8)
    /// @param endNs   of the lease
    public void lent(int link, List<Address> servers, List<DomainName> search, long endNs) {
        replace(SERVERS, link, servers.stream().map(NameAdvice::value).toList(), endNs);
        replace(SEARCH, link, search.stream().map(this::value).toList(), endNs);
        look();
    }

    /// What came with a lease goes with it.
    public void forget(int link) {
        lent(link, List.of(), List.of(), Links.NEVER);
    }

    /// A router names a server (RFC 8106 §5.1).
    ///
    /// @param seconds for how long, all ones for ever; 0 takes it back
    public void advertised(int link, Address server, long seconds, long nowNs) {
        advertised(SERVERS, link, value(server), seconds, nowNs);
    }

    /// A router names what is to be searched (RFC 8106 §5.2); as above.
    public void advertised(int link, DomainName search, long seconds, long nowNs) {
        advertised(SEARCH, link, value(search), seconds, nowNs);
    }

    private void replace(int base, int link, List<long[]> all, long endNs) {
        List<Integer> before = new ArrayList<>();
        for (int i = base; i < base + MOST; i++) {
            if (is(i, DHCP, link)) {
                before.add(i);
            }
        }
        before.sort(Comparator.comparingInt(this::rank));
        boolean same = before.size() == Math.min(all.size(), MOST);
        for (int i = 0; same && i < before.size(); i++) {
            same = Arrays.equals(value(before.get(i)), all.get(i));
        }
        if (same) {
            before.forEach(i -> region.i64(records.write(i) + END_NS, endNs));
            return;
        }
        before.forEach(records::fresh);
        for (int rank = 0; rank < Math.min(all.size(), MOST); rank++) {
            put(base, DHCP, link, rank, all.get(rank), endNs);
        }
        changed();
    }

    private void advertised(int base, int link, long[] value, long seconds, long nowNs) {
        int known = -1;
        for (int i = base; i < base + MOST; i++) {
            known = is(i, ROUTER, link) && Arrays.equals(value(i), value) ? i : known;
        }
        long endNs = seconds == INFINITE ? Links.NEVER : nowNs + SECONDS.toNanos(seconds);
        if (known >= 0 && seconds == 0) {
            records.fresh(known);
            changed();
        } else if (known >= 0) {
            region.i64(records.write(known) + END_NS, endNs);
        } else if (seconds != 0 && put(base, ROUTER, link, 0, value, endNs)) {
            changed();
        }
        look();
    }

    /// Puts it where there is room, else in place of the router's that ends first (RFC 8106 §6.2).
    private boolean put(int base, int by, int link, int rank, long[] value, long endNs) {
        int place = -1;
        for (int i = base; i < base + MOST; i++) {
            if (by(i) == FREE) {
                place = i;
                break;
            }
            if (by(i) == ROUTER && (place < 0 || endNs(i) < endNs(place))) {
                place = i;
            }
        }
        if (place < 0) {
            return false;
        }
        long at = records.fresh(place);
        region.i64(at + END_NS, endNs);
        region.u8(at + BY, by);
        region.u16(at + LINK, link);
        region.u16(at + RANK, rank);
        region.copy(at + VALUE, value, 0, WORDS);
        return true;
    }

    public long deadlineNs() {
        return nextNs;
    }

    /// Forgets what has come to its end.
    public void expire(long nowNs) {
        if (nowNs < nextNs) {
            return;
        }
        for (int i = 0; i < CHANGES; i++) {
            if (by(i) != FREE && endNs(i) <= nowNs) {
                records.fresh(i);
                changed();
            }
        }
        look();
    }
}
