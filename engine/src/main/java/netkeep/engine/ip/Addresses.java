package netkeep.engine.ip;

import static netkeep.engine.ip.AddressState.FREE;

import java.util.Arrays;
import netkeep.engine.ledger.Index;
import netkeep.engine.ledger.Luck;
import netkeep.engine.neighbor.Links;
import netkeep.ring.Ledger;
import netkeep.ring.Records;
import netkeep.ring.Region;
import netkeep.wire.Address;
import netkeep.wire.MacAddress;
import netkeep.wire.Prefix;

/// The addresses of this host, each on one link.
///
/// ```text
/// slot:  0  tag u64
///        8  address, hi and lo
///       24  link u16 · prefix u8 (of the address as held) · state u8 · origin u8 · step u8 · conflicts u8
///       32  validNs     u64   until when it is ours, NEVER for ever
///       40  preferredNs u64   until when new connections use it
///       48  dueNs       u64   the next step of its test or announcement, NEVER for none
///       56  defendedNs  u64   when it was defended last
///       64  nonce       u64   what our own solicitations for it carry (RFC 7527)
/// ```
final class Addresses {
    static final int SLOT = 72;

    /// Origins: set by hand, made for the link (fe80::), made from a router's prefix, lent by a server.
    static final int MANUAL = 0;

    static final int LINK_LOCAL = 1;
    static final int ROUTER = 2;
    static final int LENT = 3;

    private static final long HI = 8;
    private static final long LO = 16;
    private static final long LINK = 24;
    private static final long PREFIX = 26;
    private static final long STATE = 27;
    private static final long ORIGIN = 28;
    private static final long STEP = 29;
    private static final long CONFLICTS = 30;
    private static final long VALID_NS = 32;
    private static final long PREFERRED_NS = 40;
    private static final long DUE_NS = 48;
    private static final long DEFENDED_NS = 56;
    private static final long NONCE = 64;

    private final Records records;
    private final Region region;
    private final Luck luck;
    private final Links links;
    // Derived.
    private final Index index;
    // Derived: the addresses in use and the broadcasts of their subnets, side by side, for each packet's sake.
    private final long[] usableHi;
    private final long[] usableLo;
    private final int[] usableLinks;
    private final long[] broadcasts;
    private final int[] broadcastLinks;
    private int usableCount;
    private int broadcastCount;
    // Derived: see [#disabled].
    private final boolean[] disabled;
    // The link on which we stand for all others, -1 for none.
    private int forAll = -1;

    Addresses(Ledger ledger, int count, Luck luck, Links links) {
        this.records = ledger.table(count, SLOT);
        this.region = records.region();
        this.luck = luck;
        this.links = links;
        this.disabled = new boolean[links.count()];
        this.index = new Index(count);
        this.usableHi = new long[count];
        this.usableLo = new long[count];
        this.usableLinks = new int[count];
        this.broadcasts = new long[count];
        this.broadcastLinks = new int[count];
        records.recover(0, count);
        for (int i = 0; i < count; i++) {
            if (records.written(i) && state(i) != FREE) {
                index.add(i, hash(hi(i), lo(i)));
            }
        }
        derive();
    }

    private void derive() {
        Arrays.fill(usableHi, 0);
        Arrays.fill(usableLo, 0);
        Arrays.fill(usableLinks, 0);
        Arrays.fill(broadcasts, 0);
        Arrays.fill(broadcastLinks, 0);
        Arrays.fill(disabled, false);
        usableCount = 0;
        broadcastCount = 0;
        for (int i = index.after(0); i >= 0; i = index.after(i + 1)) {
            if (state(i).usable()) {
                usableHi[usableCount] = hi(i);
                usableLo[usableCount] = lo(i);
                usableLinks[usableCount++] = link(i);
            }
            // RFC 3021: a subnet of two has none.
            if (v4(i) && prefix(i) <= 126) {
                broadcasts[broadcastCount] = lo(i) | ~Prefix.maskLo(prefix(i));
                broadcastLinks[broadcastCount++] = link(i);
            }
            disabled[link(i)] |= state(i) == AddressState.DUPLICATE && ofTheInterface(i);
        }
    }

    /// Whether an address is the one that a link's hardware address makes.
    private boolean ofTheInterface(int address) {
        long mac = links.settings(link(address)).mac();
        return hi(address) == Address.LINK_LOCAL_HI && lo(address) == MacAddress.interfaceId(mac);
    }

    /// Whether IPv6 is disabled on a link (RFC 4862 §5.4.5): somebody else there has the link-local address that our
    /// hardware address makes, and with it probably that. What works in spite of it would only hide what is wrong.
    boolean disabled(int link) {
        return disabled[link];
    }

    /// The record of an address on that link, or on any with -1; -1 if there is none.
    int find(int link, long hi, long lo) {
        for (int i = index.first(hash(hi, lo)); i >= 0; i = index.next(i)) {
            if (lo(i) == lo && hi(i) == hi && (link < 0 || link(i) == link)) {
                return i;
            }
        }
        return -1;
    }

    /// Whether packets to this address on that link (any with -1) are for us.
    boolean usable(int link, long hi, long lo) {
        for (int i = 0; i < usableCount; i++) {
            if (usableLo[i] == lo && usableHi[i] == hi && (link < 0 || usableLinks[i] == link)) {
                return true;
            }
        }
        return false;
    }

    /// Has packets of a link be for us whatever unicast address they go to.
    void standForAll(int link) {
        forAll = link;
    }

    /// Whether packets to this address on that link (any with -1) are for us, or we stand for who has it.
    boolean takes(int link, long hi, long lo) {
        return usable(link, hi, lo) || forAll >= 0 && (link < 0 || link == forAll) && elsewhere(hi, lo);
    }

    /// Whether one host somewhere can have this address, which is not only meant on a link.
    private boolean elsewhere(long hi, long lo) {
        return Address.isUnicast(hi, lo)
                && !Address.isLoopback(hi, lo)
                && !Address.isLinkLocal(hi, lo)
                && !(Address.isV4(hi, lo) && broadcast(-1, lo));
    }

    /// @return its record, -1 if the table is full
    int add(int link, long hi, long lo, int prefix, int origin, AddressState state) {
        int free = index.free();
        if (free < 0) {
            return -1;
        }
        long at = records.fresh(free);
        region.i64(at + HI, hi);
        region.i64(at + LO, lo);
        region.u16(at + LINK, link);
        region.u8(at + PREFIX, prefix);
        region.u8(at + STATE, state.ordinal());
        region.u8(at + ORIGIN, origin);
        region.i64(at + VALID_NS, Links.NEVER);
        region.i64(at + PREFERRED_NS, Links.NEVER);
        region.i64(at + DUE_NS, Links.NEVER);
        region.i64(at + DEFENDED_NS, Long.MIN_VALUE);
        index.add(free, hash(hi, lo));
        derive();
        return free;
    }

    void remove(int address) {
        index.remove(address, hash(hi(address), lo(address)));
        region.u8(records.write(address) + STATE, FREE.ordinal());
        derive();
    }

    int after(int from) {
        return index.after(from);
    }

    long hi(int address) {
        return region.i64(records.read(address) + HI);
    }

    long lo(int address) {
        return region.i64(records.read(address) + LO);
    }

    boolean v4(int address) {
        return Address.isV4(hi(address), lo(address));
    }

    int link(int address) {
        return region.u16(records.read(address) + LINK);
    }

    /// Bits of the address as held: 96 more than written for IPv4.
    int prefix(int address) {
        return region.u8(records.read(address) + PREFIX);
    }

    AddressState state(int address) {
        return AddressState.of(region.u8(records.read(address) + STATE));
    }

    void state(int address, AddressState state) {
        region.u8(records.write(address) + STATE, state.ordinal());
        derive();
    }

    int origin(int address) {
        return region.u8(records.read(address) + ORIGIN);
    }

    /// How far its test or announcement is.
    int step(int address) {
        return region.u8(records.read(address) + STEP);
    }

    long dueNs(int address) {
        return region.i64(records.read(address) + DUE_NS);
    }

    void step(int address, int step, long dueNs) {
        long at = records.write(address);
        region.u8(at + STEP, step);
        region.i64(at + DUE_NS, dueNs);
    }

    int conflicts(int address) {
        return region.u8(records.read(address) + CONFLICTS);
    }

    long defendedNs(int address) {
        return region.i64(records.read(address) + DEFENDED_NS);
    }

    /// Notes a conflict; `defendedNs` is when it was answered.
    void conflict(int address, int conflicts, long defendedNs) {
        long at = records.write(address);
        region.u8(at + CONFLICTS, conflicts);
        region.i64(at + DEFENDED_NS, defendedNs);
    }

    long nonce(int address) {
        return region.i64(records.read(address) + NONCE);
    }

    void nonce(int address, long nonce) {
        region.i64(records.write(address) + NONCE, nonce);
    }

    long validNs(int address) {
        return region.i64(records.read(address) + VALID_NS);
    }

    long preferredNs(int address) {
        return region.i64(records.read(address) + PREFERRED_NS);
    }

    void lifetimes(int address, long validNs, long preferredNs) {
        long at = records.write(address);
        region.i64(at + VALID_NS, validNs);
        region.i64(at + PREFERRED_NS, preferredNs);
    }

    /// Whether another address lies in the subnet of this one.
    boolean covers(int address, long hi, long lo) {
        int prefix = prefix(address);
        return ((hi ^ hi(address)) & Prefix.maskHi(prefix)) == 0 && ((lo ^ lo(address)) & Prefix.maskLo(prefix)) == 0;
    }

    /// Whether it is the broadcast address of a subnet of ours on that link (RFC 1122 §3.2.1.3), or on any with -1.
    boolean broadcast(int link, long lo) {
        for (int i = 0; i < broadcastCount; i++) {
            if (broadcasts[i] == lo && (link < 0 || broadcastLinks[i] == link)) {
                return true;
            }
        }
        return false;
    }

    /// Whether a host of that address is a neighbor by one of our subnets.
    boolean onLink(int link, long hi, long lo) {
        for (int i = index.after(0); i >= 0; i = index.after(i + 1)) {
            if (link(i) == link && v4(i) == Address.isV4(hi, lo) && covers(i, hi, lo)) {
                return true;
            }
        }
        return false;
    }

    private long hash(long hi, long lo) {
        return luck.hash(hi, lo, 0, 0, 2);
    }
}
