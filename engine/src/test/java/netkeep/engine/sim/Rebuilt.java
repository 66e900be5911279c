package netkeep.engine.sim;

import java.lang.reflect.Array;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import netkeep.engine.Engine;
import netkeep.engine.tcp.TcpView;
import org.jspecify.annotations.Nullable;

/// Compares an engine with one that is built from its regions alone, field by field: a variable that is not in a record
/// is different there, unless [Variables] says what it is.
final class Rebuilt {
    /// Objects of an engine, about.
    private static final int OBJECTS = 512;

    private static final ClassValue<Plan> PLANS = new ClassValue<>() {
        @Override
        protected Plan computeValue(Class<?> type) {
            return Plan.of(type);
        }
    };

    /// Two objects to compare, and how one gets there.
    private record Pair(@Nullable Pair from, String name, Object live, Object built) {
        String path() {
            return from == null ? name : from.path() + "." + name;
        }
    }

    /// Sees the fields of a pair, one after the other.
    private final class Looker implements FieldReader.Visitor {
        private final Pair pair;
        private final Plan plan;

        private Looker(Pair pair, Plan plan) {
            this.pair = pair;
            this.plan = plan;
        }

        @Override
        public void reference(int field, @Nullable Object live, @Nullable Object built) {
            add(pair, plan.name(field), live, built);
        }

        @Override
        public void number(int field, long live, long built) {
            if (live != built && !(live < built && plan.notLater(field))) {
                differences.add(pair.path() + "." + plan.name(field) + ": " + live + " or " + built);
            }
        }
    }

    private final Deque<Pair> todo = new ArrayDeque<>();
    private final IdentityHashMap<Object, Object> seen = new IdentityHashMap<>(OBJECTS);
    private final List<String> differences = new ArrayList<>();
    private final Course course;

    private Rebuilt(Course course) {
        this.course = course;
    }

    /// Builds a successor of the host's engine and compares.
    ///
    /// @param course the way of the last comparison of this host
    static void check(SimHost host, Course course, long nowNs) {
        host.rebuild(nowNs, built -> {
            Engine live = host.engine();
            List<String> differences = new ArrayList<>();
            if (!course.same(live, built)) {
                // Objects may only have moved.
                differences.addAll(differences(live, built, course));
                if (differences.isEmpty() && !course.same(live, built)) {
                    differences.add("something that is found only the second time");
                }
            }
            TcpView.check(live.tcp(), built.tcp(), differences);
            if (!differences.isEmpty()) {
                throw new AssertionError("a successor would differ: " + differences);
            }
        });
    }

    private static List<String> differences(Engine live, Engine built, Course course) {
        course.clear();
        Rebuilt comparison = new Rebuilt(course);
        comparison.add(null, "engine", live, built);
        for (Pair pair = comparison.todo.poll(); pair != null; pair = comparison.todo.poll()) {
            comparison.compare(pair);
        }
        return comparison.differences;
    }

    private void compare(Pair pair) {
        Class<?> type = pair.live.getClass();
        Plan plan = PLANS.get(type);
        if (type != pair.built.getClass()) {
            differs(pair, type, pair.built.getClass());
            return;
        }
        switch (plan.kind()) {
            case NUMBERS -> {
                if (!Plan.sameNumbers(pair.live, pair.built)) {
                    differs(pair, "some numbers", "others");
                }
            }
            case ELEMENTS -> elements(pair);
            case COLLECTION -> collection(pair, (Collection<?>) pair.live, (Collection<?>) pair.built);
            case VALUE -> {
                if (!pair.live.equals(pair.built)) {
                    differs(pair, pair.live, pair.built);
                }
            }
            case FIELDS -> fields(pair, plan);
            default -> differences.add(pair.path() + ": a " + type + ", which is neither derived nor scratch");
        }
    }

    private void elements(Pair pair) {
        int length = Array.getLength(pair.live);
        if (length != Array.getLength(pair.built)) {
            differs(pair, length, Array.getLength(pair.built));
            return;
        }
        Object[] live = (Object[]) pair.live;
        Object[] built = (Object[]) pair.built;
        for (int index = 0; index < length; index++) {
            add(pair, Integer.toString(index), live[index], built[index]);
        }
    }

    private void collection(Pair pair, Collection<?> live, Collection<?> built) {
        if (live.size() != built.size()) {
            differs(pair, live.size(), built.size());
            return;
        }
        Iterator<?> others = built.iterator();
        for (Object each : live) {
            add(pair, "element", each, others.next());
        }
    }

    private void fields(Pair pair, Plan plan) {
        if (!plan.sameMeaning(pair.live, pair.built)) {
            differs(pair, "something", "something else");
        }
        plan.read(pair.live, pair.built, new Looker(pair, plan));
    }

    private void add(@Nullable Pair from, String name, @Nullable Object live, @Nullable Object built) {
        Plan first = null;
        if (live == null || built == null) {
            if (live != null || built != null) {
                differences.add((from == null ? "" : from.path() + ".") + name + ": " + live + " or " + built);
            }
        } else if (PLANS.get(live.getClass()).kind() != Plan.Kind.SKIPPED && seen.put(live, built) == null) {
            first = PLANS.get(live.getClass());
            todo.add(new Pair(from, name, live, built));
        }
        course.meet(live, first);
    }

    private void differs(Pair pair, Object live, Object built) {
        differences.add(pair.path() + ": " + live + " or " + built);
    }
}
