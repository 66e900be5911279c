package netkeep.engine.ip;

import java.util.ArrayList;
import java.util.List;
import netkeep.ring.Ledger;
import netkeep.ring.Records;
import netkeep.ring.Region;
import netkeep.wire.Prefix;
import org.jspecify.annotations.Nullable;

/// The rules of the [Filter], in their order. They change all at once: new ones are staged beside those that hold, and
/// take their place with one record.
///
/// ```text
/// head:  0  tag u64 · 8 half u32 · 12 count u32    which half of the table holds, and how many rules of it
///       16  staged u32                             how many lie in the other half
/// rule:  0  tag u64
///        8  from, hi and lo
///       24  to, hi and lo
///       40  first u16 · 42 last u16 · 44 user i32
///       48  from's length u8 (as held; 255: any) · 49 to's length u8 · 50 action u8 · 51 out u8 · 52 protocol i32
///       56  session i32
/// ```
final class Rules {
    static final int HEAD_SLOT = 24;
    static final int SLOT = 64;

    private static final long HALF = 8;
    private static final long COUNT = 12;
    private static final long STAGED = 16;

    private static final long FROM = 8;
    private static final long TO = 24;
    private static final long FIRST = 40;
    private static final long LAST = 42;
    private static final long USER = 44;
    private static final long FROM_LENGTH = 48;
    private static final long TO_LENGTH = 49;
    private static final long ACTION = 50;
    private static final long OUT = 51;
    private static final long PROTOCOL = 52;
    private static final long SESSION = 56;

    private static final int ANY_LENGTH = 255;
    private static final Rule.Action[] ACTIONS = Rule.Action.values();

    private final Records head;
    private final Records records;
    private final Region region;

    Rules(Ledger ledger) {
        this.head = ledger.table(1, HEAD_SLOT);
        this.records = ledger.table(2 * Filter.MOST, SLOT);
        this.region = records.region();
        head.recover(0, 1);
        records.recover(0, 2 * Filter.MOST);
    }

    /// Those that hold.
    Rule[] all() {
        long at = head.read(0);
        int first = region.i32(at + HALF) * Filter.MOST;
        List<Rule> all = new ArrayList<>();
        for (int i = 0; i < region.i32(at + COUNT); i++) {
            all.add(rule(records.read(first + i)));
        }
        return all.toArray(Rule[]::new);
    }

    private Rule rule(long at) {
        return new Rule(
                ACTIONS[region.u8(at + ACTION)],
                region.u8(at + OUT) != 0,
                region.i32(at + PROTOCOL),
                prefix(at + FROM, at + FROM_LENGTH),
                prefix(at + TO, at + TO_LENGTH),
                region.u16(at + FIRST),
                region.u16(at + LAST),
                region.i32(at + USER),
                region.i32(at + SESSION));
    }

    private @Nullable Prefix prefix(long at, long length) {
        int told = region.u8(length);
        return told == ANY_LENGTH ? null : new Prefix(region.i64(at), region.i64(at + 8), told);
    }

    /// Begins to stage anew.
    void clear() {
        region.i32(head.write(0) + STAGED, 0);
    }

    /// Stages a rule behind the others.
    ///
    /// @return false if there is no room
    boolean stage(Rule rule) {
        long top = head.write(0);
        int staged = region.i32(top + STAGED);
        if (staged == Filter.MOST) {
            return false;
        }
        region.i32(top + STAGED, staged + 1);
        long at = records.write((1 - region.i32(top + HALF)) * Filter.MOST + staged);
        region.u8(at + ACTION, rule.action().ordinal());
        region.u8(at + OUT, rule.out() ? 1 : 0);
        region.i32(at + PROTOCOL, rule.protocol());
        prefix(at + FROM, at + FROM_LENGTH, rule.from());
        prefix(at + TO, at + TO_LENGTH, rule.to());
        region.u16(at + FIRST, rule.first());
        region.u16(at + LAST, rule.last());
        region.i32(at + USER, rule.user());
        region.i32(at + SESSION, rule.session());
        return true;
    }

    private void prefix(long at, long length, @Nullable Prefix prefix) {
        region.u8(length, prefix == null ? ANY_LENGTH : prefix.length());
        region.i64(at, prefix == null ? 0 : prefix.hi());
        region.i64(at + 8, prefix == null ? 0 : prefix.lo());
    }

    /// Lets those that are staged hold, and no others.
    void apply() {
        long at = head.write(0);
        region.i32(at + HALF, 1 - region.i32(at + HALF));
        region.i32(at + COUNT, region.i32(at + STAGED));
        region.i32(at + STAGED, 0);
    }
}
