// Long: the states of a neighbor stand here whole.
package netkeep.engine.neighbor;

import static java.util.concurrent.TimeUnit.SECONDS;
import static netkeep.engine.neighbor.NeighborRecord.CHANGED_NS;
import static netkeep.engine.neighbor.NeighborRecord.DEADLINE_NS;
import static netkeep.engine.neighbor.NeighborRecord.HI;
import static netkeep.engine.neighbor.NeighborRecord.LINK;
import static netkeep.engine.neighbor.NeighborRecord.LO;
import static netkeep.engine.neighbor.NeighborRecord.MAC;
import static netkeep.engine.neighbor.NeighborRecord.ROUTER;
import static netkeep.engine.neighbor.NeighborRecord.SLOT;
import static netkeep.engine.neighbor.NeighborRecord.STATE;
import static netkeep.engine.neighbor.NeighborRecord.TRIES;
import static netkeep.engine.neighbor.NeighborRecord.USED_NS;
import static netkeep.engine.neighbor.NeighborState.DELAY;
import static netkeep.engine.neighbor.NeighborState.FREE;
import static netkeep.engine.neighbor.NeighborState.INCOMPLETE;
import static netkeep.engine.neighbor.NeighborState.PROBE;
import static netkeep.engine.neighbor.NeighborState.REACHABLE;
import static netkeep.engine.neighbor.NeighborState.STALE;

import netkeep.engine.ledger.Index;
import netkeep.engine.ledger.Luck;
import netkeep.engine.ledger.Outgoing;
import netkeep.ring.Ledger;
import netkeep.ring.Pieces;
import netkeep.ring.Records;
import netkeep.ring.Region;
import netkeep.wire.Address;
import netkeep.wire.Ipv6Header;

/// The neighbors of all links and both families, RFC 4861 §7: what ARP and neighbor discovery learn, and whether it
/// still holds.
public final class Neighbors {
    /// In place of a hardware address: the message carried none.
    public static final long NO_MAC = -1;

    /// RFC 4861 §10.
    static final int MAX_MULTICAST_SOLICIT = 3;

    static final int MAX_UNICAST_SOLICIT = 3;
    static final long DELAY_FIRST_PROBE_NS = SECONDS.toNanos(5);

    /// How long an address of ARP that was just confirmed is not replaced by one that nobody asked for.
    static final long LOCK_NS = SECONDS.toNanos(1);

    // Neighbors in use so lately go only for a frame of ours, never for a stranger's.
    private static final long IN_USE_NS = SECONDS.toNanos(60);
    private static final long USED_GRAIN_NS = SECONDS.toNanos(1);
    // Candidates among which the one to go is chosen when the table is full.
    private static final int SAMPLE = 16;

    private final Records records;
    private final Region region;
    private final Links links;
    private final Luck luck;
    private final Outgoing outgoing;
    private final Resolver resolver;
    // May be lost.
    private final Held held;
    // Derived.
    private final Index index;
    // Derived: no later than the earliest deadline that [#expire] serves.
    private long nextNs = Links.NEVER;
    // Derived: grows when a neighbor goes, so that whoever remembers its index looks again.
    private long departures;

    /// @param count the most neighbors
    public Neighbors(Ledger ledger, int count, Links links, Luck luck, Outgoing outgoing, Resolver resolver) {
        this.records = ledger.table(count, SLOT);
        this.region = records.region();
        this.links = links;
        this.luck = luck;
        this.outgoing = outgoing;
        this.resolver = resolver;
        this.held = new Held(links.longest());
        this.index = new Index(count);
        records.recover(0, count);
        for (int i = 0; i < count; i++) {
            if (records.written(i) && state(i) != FREE) {
                index.add(i, hash(link(i), hi(i), lo(i)));
                waitUntil(i);
            }
        }
    }

    /// Octets of a slot.
    public static int slot() {
        return SLOT;
    }

    /// The record of a neighbor, -1 if there is none.
    public int find(int link, long hi, long lo) {
        for (int i = index.first(hash(link, hi, lo)); i >= 0; i = index.next(i)) {
            long at = records.read(i);
            if (region.i64(at + LO) == lo && region.i64(at + HI) == hi && region.u16(at + LINK) == link) {
                return i;
            }
        }
        return -1;
    }

    /// The record of a neighbor that a packet of ours goes to, a new one if need be; [#use] asks for its address.
    ///
    /// @return -1 if no record could be had
    public int enter(int link, long hi, long lo, long nowNs) {
        int found = find(link, hi, lo);
        return found >= 0 ? found : create(link, hi, lo, true, nowNs);
    }

    /// Says that a packet goes to a neighbor now, and does what its state asks for (RFC 4861 §7.3.3).
    ///
    /// @param sourceHi sourceLo the packet's source
    /// @return whether its hardware address is known
    public boolean use(int neighbor, long sourceHi, long sourceLo, long nowNs) {
        long at = records.read(neighbor);
        int state = region.u8(at + STATE);
        if (state == REACHABLE.ordinal()
                && nowNs < region.i64(at + DEADLINE_NS)
                && nowNs - region.i64(at + USED_NS) < USED_GRAIN_NS) {
            return true;
        }
        return useSlowly(neighbor, sourceHi, sourceLo, nowNs);
    }

    private boolean useSlowly(int neighbor, long sourceHi, long sourceLo, long nowNs) {
        long at = records.write(neighbor);
        region.i64(at + USED_NS, nowNs);
        NeighborState state = NeighborState.of(region.u8(at + STATE));
        if (state == INCOMPLETE) {
            if (region.u8(at + TRIES) == 0) {
                solicit(neighbor, sourceHi, sourceLo, nowNs);
            }
            return false;
        }
        if (state == STALE || state == REACHABLE && nowNs >= region.i64(at + DEADLINE_NS)) {
            become(neighbor, DELAY, nowNs + DELAY_FIRST_PROBE_NS);
        }
        return true;
    }

    /// Keeps a frame until its neighbor is known. What does not fit is lost.
    ///
    /// @return whether it is kept
    public boolean hold(int neighbor, Pieces frame) {
        return held.hold(neighbor, frame, outgoing);
    }

    public long mac(int neighbor) {
        return region.i64(records.read(neighbor) + MAC);
    }

    public int link(int neighbor) {
        return region.u16(records.read(neighbor) + LINK);
    }

    public long hi(int neighbor) {
        return region.i64(records.read(neighbor) + HI);
    }

    public long lo(int neighbor) {
        return region.i64(records.read(neighbor) + LO);
    }

    public NeighborState state(int neighbor) {
        return NeighborState.of(region.u8(records.read(neighbor) + STATE));
    }

    public boolean router(int neighbor) {
        return region.u8(records.read(neighbor) + ROUTER) != 0;
    }

    /// Whether packets may be expected to arrive there: known, and not being probed (RFC 4861 §6.3.6).
    public boolean probablyReachable(int neighbor) {
        NeighborState state = state(neighbor);
        return state == REACHABLE || state == STALE || state == DELAY;
    }

    /// The lowest neighbor whose record is not below `from`, -1 for none.
    public int after(int from) {
        return index.after(from);
    }

    public int count() {
        return index.count();
    }

    /// Grows when a neighbor goes: who remembers a record's number looks again.
    public long departures() {
        return departures;
    }

    /// What is above has seen that packets arrive there (RFC 4861 §7.3.1). Cheap enough for each acknowledgment.
    public void confirm(int neighbor, long nowNs) {
        if (!index.has(neighbor)) {
            return;
        }
        long at = records.read(neighbor);
        int state = region.u8(at + STATE);
        if (state == INCOMPLETE.ordinal()
                || state == REACHABLE.ordinal() && nowNs - region.i64(at + CHANGED_NS) < USED_GRAIN_NS) {
            return;
        }
        reachable(neighbor, nowNs);
    }

    /// What is above gets no answer from there or beyond (RFC 1122 §4.2.3.5): whoever uses it next asks first.
    public void doubt(int neighbor) {
        if (index.has(neighbor) && state(neighbor) == REACHABLE) {
            become(neighbor, STALE, Links.NEVER);
        }
    }

    /// A message that nobody asked for tells a host's hardware address: an ARP packet's sender, the source of a
    /// solicitation or advertisement (RFC 4861 §7.2.3, RFC 826).
    ///
    /// @param create whether it may make a new entry: it was sent to us
    /// @return the neighbor's record, -1 if there is none
    public int heard(int link, long hi, long lo, long mac, boolean create, long nowNs) {
        int neighbor = find(link, hi, lo);
        if (neighbor < 0) {
            neighbor = create ? create(link, hi, lo, false, nowNs) : -1;
            if (neighbor < 0) {
                return -1;
            }
        }
        long at = records.read(neighbor);
        NeighborState state = NeighborState.of(region.u8(at + STATE));
        if (state == INCOMPLETE) {
            learn(neighbor, mac, nowNs);
            unconfirmed(neighbor, link, mac, nowNs);
        } else if (region.i64(at + MAC) != mac) {
            // Of two ARP packets for one address, as proxies send them, the first holds for a while, and is probed
            // before long. RFC 4861 §7.2.3 has the newest word count.
            if (!Address.isV4(hi, lo) || nowNs - region.i64(at + CHANGED_NS) >= LOCK_NS) {
                learn(neighbor, mac, nowNs);
            }
            become(neighbor, STALE, Links.NEVER);
        }
        return neighbor;
    }

    /// A neighbor advertisement, or an ARP reply, for an address that we may have asked for (RFC 4861 §7.2.5).
    ///
    /// @param mac [#NO_MAC] if it has none
    /// @return whether a router became a host by it
    public boolean advertised(
            int link, long hi, long lo, long mac, boolean solicited, boolean override, boolean router, long nowNs) {
        int neighbor = find(link, hi, lo);
        if (neighbor < 0) {
            return false;
        }
        long at = records.read(neighbor);
        if (region.u8(at + STATE) == INCOMPLETE.ordinal()) {
            if (mac == NO_MAC) {
                return false;
            }
            learn(neighbor, mac, nowNs);
            router(neighbor, router);
            if (solicited) {
                reachable(neighbor, nowNs);
                held.release(neighbor, link, mac, outgoing);
            } else {
                unconfirmed(neighbor, link, mac, nowNs);
            }
            return false;
        }
        boolean other = mac != NO_MAC && mac != region.i64(at + MAC);
        if (other && !override) {
            if (region.u8(at + STATE) == REACHABLE.ordinal()) {
                become(neighbor, STALE, Links.NEVER);
            }
            return false;
        }
        if (other) {
            learn(neighbor, mac, nowNs);
        }
        if (solicited) {
            reachable(neighbor, nowNs);
        } else if (other) {
            become(neighbor, STALE, Links.NEVER);
        }
        boolean demoted = router(neighbor) && !router;
        router(neighbor, router);
        return demoted;
    }

    /// The address is known of whom nobody has heard since we asked: what waited goes there, and that is a use of it,
    /// after which it is asked (RFC 4861 §7.3.3).
    private void unconfirmed(int neighbor, int link, long mac, long nowNs) {
        if (held.release(neighbor, link, mac, outgoing)) {
            become(neighbor, DELAY, nowNs + DELAY_FIRST_PROBE_NS);
        } else {
            become(neighbor, STALE, Links.NEVER);
        }
    }

    /// Notes whether a neighbor is a router.
    public void router(int neighbor, boolean router) {
        if (router(neighbor) != router) {
            region.u8(records.write(neighbor) + ROUTER, router ? 1 : 0);
        }
    }

    /// Whether we asked for this neighbor and no answer has come.
    public boolean asking(int neighbor) {
        NeighborState state = state(neighbor);
        return state == PROBE || state == INCOMPLETE && region.u8(records.read(neighbor) + TRIES) != 0;
    }

    /// Enters a neighbor by hand, known at once.
    public void set(int link, long hi, long lo, long mac, long nowNs) {
        int neighbor = enter(link, hi, lo, nowNs);
        if (neighbor >= 0) {
            learn(neighbor, mac, nowNs);
            reachable(neighbor, nowNs);
            held.release(neighbor, link, mac, outgoing);
        }
    }

    /// Forgets a neighbor and gives up what waits for it.
    public void remove(int neighbor, long nowNs) {
        int link = link(neighbor);
        index.remove(neighbor, hash(link, hi(neighbor), lo(neighbor)));
        become(neighbor, FREE, Links.NEVER);
        departures++;
        held.giveUp(neighbor, link, resolver, nowNs);
    }

    public long deadlineNs() {
        return nextNs;
    }

    /// Does what is due: asks again, probes, gives up.
    public void expire(long nowNs) {
        if (nowNs < nextNs) {
            return;
        }
        nextNs = Links.NEVER;
        for (int i = index.after(0); i >= 0; i = index.after(i + 1)) {
            NeighborState state = state(i);
            if (state != REACHABLE && nowNs >= region.i64(records.read(i) + DEADLINE_NS)) {
                due(i, state, nowNs);
            }
            if (index.has(i)) {
                waitUntil(i);
            }
        }
    }

    private void due(int neighbor, NeighborState state, long nowNs) {
        int tries = region.u8(records.read(neighbor) + TRIES);
        if (state == DELAY) {
            become(neighbor, PROBE, nowNs);
            again(neighbor, nowNs);
        } else if (tries < (state == PROBE ? MAX_UNICAST_SOLICIT : MAX_MULTICAST_SOLICIT)) {
            again(neighbor, nowNs);
        } else {
            // RFC 4861 §7.3.3: a next hop that fails is chosen anew.
            resolver.failed(link(neighbor), hi(neighbor), lo(neighbor), nowNs);
            remove(neighbor, nowNs);
        }
    }

    /// Asks for whoever sent what waits, if anything does.
    private void again(int neighbor, long nowNs) {
        long frame = held.first(neighbor);
        boolean v4 = Address.isV4(hi(neighbor), lo(neighbor));
        if (frame < 0 || v4) {
            solicit(neighbor, 0, v4 ? Address.V4 : 0, nowNs);
            return;
        }
        long packet = frame + links.settings(link(neighbor)).headerLength();
        long sourceHi = Ipv6Header.sourceHi(held.memory(), packet);
        solicit(neighbor, sourceHi, Ipv6Header.sourceLo(held.memory(), packet), nowNs);
    }

    private void solicit(int neighbor, long sourceHi, long sourceLo, long nowNs) {
        long at = records.write(neighbor);
        int link = region.u16(at + LINK);
        boolean probe = region.u8(at + STATE) == PROBE.ordinal();
        region.u8(at + TRIES, region.u8(at + TRIES) + 1);
        // RFC 1122 §2.3.2.1: ARP asks for one host at most once a second.
        boolean v4 = Address.isV4(region.i64(at + HI), region.i64(at + LO));
        region.i64(at + DEADLINE_NS, nowNs + (v4 ? SECONDS.toNanos(1) : links.retransNs(link)));
        waitUntil(neighbor);
        long mac = probe ? region.i64(at + MAC) : 0;
        resolver.solicit(link, region.i64(at + HI), region.i64(at + LO), mac, sourceHi, sourceLo, nowNs);
    }

    private void reachable(int neighbor, long nowNs) {
        become(neighbor, REACHABLE, nowNs + links.reachableNs(link(neighbor), nowNs));
        region.i64(records.write(neighbor) + CHANGED_NS, nowNs);
    }

    private void learn(int neighbor, long mac, long nowNs) {
        long at = records.write(neighbor);
        region.i64(at + MAC, mac);
        region.i64(at + CHANGED_NS, nowNs);
    }

    private void become(int neighbor, NeighborState state, long deadlineNs) {
        long at = records.write(neighbor);
        region.u8(at + STATE, state.ordinal());
        region.u8(at + TRIES, 0);
        region.i64(at + DEADLINE_NS, deadlineNs);
        waitUntil(neighbor);
    }

    private void waitUntil(int neighbor) {
        long at = records.read(neighbor);
        if (region.u8(at + STATE) != REACHABLE.ordinal()) {
            nextNs = Math.min(nextNs, region.i64(at + DEADLINE_NS));
        }
    }

    /// @param own for a packet of ours: any other neighbor may have to go for it
    private int create(int link, long hi, long lo, boolean own, long nowNs) {
        int free = index.free();
        if (free < 0) {
            free = evict(own, nowNs);
            if (free < 0) {
                return -1;
            }
        }
        long at = records.fresh(free);
        region.i64(at + HI, hi);
        region.i64(at + LO, lo);
        region.u16(at + LINK, link);
        region.u8(at + STATE, INCOMPLETE.ordinal());
        region.i64(at + DEADLINE_NS, Links.NEVER);
        region.i64(at + CHANGED_NS, nowNs);
        region.i64(at + USED_NS, nowNs);
        index.add(free, hash(link, hi, lo));
        return free;
    }

    /// Makes room in a full table: of a sample, one that has not answered yet goes, for whoever floods us is not there;
    /// else the one that was used longest ago.
    private int evict(boolean own, long nowNs) {
        int chosen = -1;
        long longest = own ? -1 : IN_USE_NS;
        boolean silent = false;
        int i = luck.below(records.count());
        for (int seen = 0; seen < SAMPLE; seen++) {
            long at = records.read(i);
            long unused = nowNs - region.i64(at + USED_NS);
            boolean unanswered = own && region.u8(at + STATE) == INCOMPLETE.ordinal();
            if (unanswered == silent ? unused > longest : unanswered) {
                silent = unanswered;
                longest = unused;
                chosen = i;
            }
            i = i + 1 == records.count() ? 0 : i + 1;
        }
        if (chosen >= 0) {
            remove(chosen, nowNs);
        }
        return chosen;
    }

    private long hash(int link, long hi, long lo) {
        return luck.hash(link, hi, lo, 0, 1);
    }
}
