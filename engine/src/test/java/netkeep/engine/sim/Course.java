package netkeep.engine.sim;

import java.util.Arrays;
import java.util.Collection;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/// The way that [Rebuilt] went through an engine's objects: as long as none of them moves, the next comparison need
/// not find it again.
@SuppressWarnings("ReferenceEquality") // the way leads through objects, whatever is in them
final class Course implements FieldReader.Visitor {
    private static final int OBJECTS = 512;

    // In the order in which references were met: to what in the live engine, and how that is compared; null if it is
    // not compared here.
    private @Nullable Object[] met = new Object[OBJECTS];
    private @Nullable Plan[] plans = new Plan[OBJECTS];
    private int count;

    // One comparison.
    private Object[] live = new Object[OBJECTS];
    private Object[] built = new Object[OBJECTS];
    private Plan[] how = new Plan[OBJECTS];
    private int ends;
    private int next;
    private boolean same;
    private Plan plan = Plan.of(Object.class);

    /// Forgets the way.
    void clear() {
        Arrays.fill(met, 0, count, null);
        count = 0;
    }

    /// A reference was met.
    ///
    /// @param first how the object behind it is compared, if it was met for the first time
    void meet(@Nullable Object reference, @Nullable Plan first) {
        if (count == met.length) {
            met = Arrays.copyOf(met, 2 * count);
            plans = Arrays.copyOf(plans, 2 * count);
            live = Arrays.copyOf(live, 2 * count);
            built = Arrays.copyOf(built, 2 * count);
            how = Arrays.copyOf(how, 2 * count);
        }
        met[count] = reference;
        plans[count] = first;
        count++;
    }

    /// Goes the way again.
    ///
    /// @return whether all is the same; if not, objects may only have moved
    boolean same(Object engine, Object successor) {
        ends = 0;
        next = 0;
        same = true;
        reference(-1, engine, successor);
        for (int index = 0; same && index < ends; index++) {
            compare(how[index], live[index], built[index]);
        }
        return same && next == count;
    }

    private void compare(Plan plan, Object live, Object built) {
        if (live.getClass() != built.getClass()) {
            same = false;
            return;
        }
        switch (plan.kind()) {
            case NUMBERS -> same = Plan.sameNumbers(live, built);
            case ELEMENTS -> elements((Object[]) live, (Object[]) built);
            case COLLECTION -> collection((Collection<?>) live, (Collection<?>) built);
            case VALUE -> same = live.equals(built);
            case FIELDS -> {
                this.plan = plan;
                same = plan.sameMeaning(live, built);
                plan.read(live, built, this);
                plan.empty(live, built, this);
            }
            case SKIPPED, UNKNOWN -> same = false;
        }
    }

    private void elements(Object[] live, Object[] built) {
        same = live.length == built.length;
        for (int index = 0; same && index < live.length; index++) {
            reference(index, live[index], built[index]);
        }
    }

    private void collection(Collection<?> live, Collection<?> built) {
        same = live.size() == built.size();
        Iterator<?> others = built.iterator();
        for (Iterator<?> each = live.iterator(); same && each.hasNext(); ) {
            reference(-1, each.next(), others.next());
        }
    }

    @Override
    public void reference(int field, @Nullable Object live, @Nullable Object built) {
        if (next >= count || live != met[next]) {
            same = false;
            return;
        }
        Plan first = plans[next++];
        if (live == null || built == null) {
            same &= live == null && built == null;
        } else if (first != null) {
            this.live[ends] = live;
            this.built[ends] = built;
            how[ends++] = first;
        }
    }

    @Override
    public void number(int field, long live, long built) {
        if (live != built && !(live < built && plan.notLater(field))) {
            same = false;
        }
    }
}
