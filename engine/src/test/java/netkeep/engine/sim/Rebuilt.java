package netkeep.engine.sim;

import java.lang.foreign.MemorySegment;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import netkeep.engine.Engine;
import netkeep.engine.tcp.Tcp;
import netkeep.engine.tcp.TcpView;
import netkeep.ring.Drafts;
import netkeep.ring.Fields;
import netkeep.ring.Region;
import org.jspecify.annotations.Nullable;

/// Compares an engine with one that is built from its regions alone, field by field: a variable that is not in a record
/// is different there, unless [Variables] says what it is.
final class Rebuilt {
    /// Classes that hold what is derived from records in whatever order, with what is compared instead.
    private static final Map<String, Meaning> DERIVED = Map.of(
            "Pool", Rebuilt::sameFree,
            "Attachment", Rebuilt::sameFree,
            "Drafts", Rebuilt::sameCopies,
            "Index", Rebuilt::sameChains,
            "FlowTable", Rebuilt::sameEntries,
            "Ports", Rebuilt::samePorts);

    /// What of a derived structure must be the same.
    private interface Meaning {
        boolean same(Plan plan, Object live, Object built);
    }

    /// How the objects of a class are compared, found out once.
    ///
    /// @param of      the fields that are compared, those of superclasses too
    /// @param derived the fields that are compared by their meaning
    private record Plan(
            List<Field> of, List<Field> derived, @Nullable Meaning meaning) {
        private static Plan of(Class<?> of) {
            List<Field> fields = new ArrayList<>();
            List<Field> derived = new ArrayList<>();
            if (!Variables.scratch(of)) {
                for (Class<?> type = of; type != null && type != Object.class; type = type.getSuperclass()) {
                    for (Field field : type.getDeclaredFields()) {
                        if (!Modifier.isStatic(field.getModifiers())) {
                            field.setAccessible(true);
                            if (Variables.compared(field)) {
                                fields.add(field);
                            } else if (Variables.DERIVED.contains(Variables.name(field))) {
                                derived.add(field);
                            }
                        }
                    }
                }
            }
            return new Plan(fields, derived, DERIVED.get(of.getSimpleName()));
        }

        /// The value of a derived field.
        Object value(Object of, String name) {
            for (Field field : derived) {
                if (field.getName().equals(name)) {
                    return Rebuilt.value(field, of);
                }
            }
            throw new AssertionError(name);
        }
    }

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

    private final Deque<Pair> todo = new ArrayDeque<>();
    private final IdentityHashMap<Object, Object> seen = new IdentityHashMap<>();
    private final List<String> differences = new ArrayList<>();

    private Rebuilt() {}

    /// Builds a successor of the host's engine and compares.
    static void check(SimHost host, long nowNs) {
        host.rebuild(nowNs, built -> {
            List<String> differences = differences(host.engine(), built);
            TcpView.check((Tcp) View.field(host.engine(), "tcp"), (Tcp) View.field(built, "tcp"), differences);
            if (!differences.isEmpty()) {
                throw new AssertionError("a successor would differ: " + differences);
            }
        });
    }

    static List<String> differences(Engine live, Engine built) {
        Rebuilt comparison = new Rebuilt();
        comparison.add(null, "engine", live, built);
        for (Pair pair = comparison.todo.poll(); pair != null; pair = comparison.todo.poll()) {
            comparison.compare(pair);
        }
        return comparison.differences;
    }

    private void compare(Pair pair) {
        Class<?> type = pair.live.getClass();
        if (pair.live instanceof Region) {
            return;
        }
        if (type != pair.built.getClass()) {
            differs(pair, type, pair.built.getClass());
        } else if (type.isArray()) {
            elements(pair, type.getComponentType());
        } else if (pair.live instanceof Collection<?> live) {
            collection(pair, live, (Collection<?>) pair.built);
        } else if (type.isRecord() || type.isEnum() || type.getName().startsWith("java.lang.")) {
            if (!pair.live.equals(pair.built)) {
                differs(pair, pair.live, pair.built);
            }
        } else if (type.getName().startsWith("netkeep.") && !type.isHidden()) {
            fields(pair, PLANS.get(type));
        } else if (!type.isHidden() && !(pair.live instanceof MemorySegment) && !(pair.live instanceof Enum)) {
            differences.add(pair.path() + ": a " + type + ", which is neither derived nor scratch");
        }
    }

    private void elements(Pair pair, Class<?> component) {
        if (component.isPrimitive()) {
            if (!Arrays.deepEquals(new Object[] {pair.live}, new Object[] {pair.built})) {
                differs(pair, "some numbers", "others");
            }
            return;
        }
        int length = Array.getLength(pair.live);
        if (length != Array.getLength(pair.built)) {
            differs(pair, length, Array.getLength(pair.built));
        } else if (!Variables.scratch(component)) {
            for (int index = 0; index < length; index++) {
                add(pair, Integer.toString(index), Array.get(pair.live, index), Array.get(pair.built, index));
            }
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
        Meaning meaning = plan.meaning;
        if (meaning != null && !meaning.same(plan, pair.live, pair.built)) {
            differs(pair, "something", "something else");
        }
        for (Field field : plan.of) {
            if (!field.getType().isPrimitive()) {
                add(pair, field.getName(), value(field, pair.live), value(field, pair.built));
            } else if (number(field, pair.live) != number(field, pair.built)
                    && !(Variables.NOT_LATER.contains(Variables.name(field))
                            && number(field, pair.live) <= number(field, pair.built))) {
                differences.add(pair.path() + "." + field.getName() + ": " + number(field, pair.live) + " or "
                        + number(field, pair.built));
            }
        }
    }

    private void add(@Nullable Pair from, String name, @Nullable Object live, @Nullable Object built) {
        if (live == null || built == null) {
            if (live != null || built != null) {
                differences.add((from == null ? "" : from.path() + ".") + name + ": " + live + " or " + built);
            }
        } else if (seen.put(live, built) == null) {
            todo.add(new Pair(from, name, live, built));
        }
    }

    private void differs(Pair pair, Object live, Object built) {
        differences.add(pair.path() + ": " + live + " or " + built);
    }

    private static @Nullable Object value(Field field, Object of) {
        try {
            return field.get(of);
        } catch (IllegalAccessException wrong) {
            throw new AssertionError(Variables.name(field), wrong);
        }
    }

    private static long number(Field field, Object of) {
        try {
            Class<?> type = field.getType();
            return type == boolean.class ? field.getBoolean(of) ? 1 : 0 : field.getLong(of);
        } catch (IllegalAccessException wrong) {
            throw new AssertionError(Variables.name(field), wrong);
        }
    }

    /// The free records: whichever is taken next does as well.
    private static boolean sameFree(Plan plan, Object live, Object built) {
        return Arrays.equals(free(plan, live), free(plan, built));
    }

    private static int[] free(Plan plan, Object of) {
        int[] free = Arrays.copyOf((int[]) plan.value(of, "free"), (int) plan.value(of, "freeCount"));
        Arrays.sort(free);
        return free;
    }

    /// The copies of records: each as its record is, to which a successor goes.
    private static boolean sameCopies(Plan plan, Object live, Object built) {
        Copy record = new Copy();
        for (Object bucket : (@Nullable Object[]) plan.value(live, "buckets")) {
            for (Object copy = bucket; copy != null; copy = value(Copy.NEXT, copy)) {
                ((Drafts) built).read((int) number(Copy.INDEX, copy), record);
                if (!record.same((long[]) Objects.requireNonNull(value(Copy.WORDS, copy)))) {
                    return false;
                }
            }
        }
        return true;
    }

    /// A record's fields, whatever they are.
    private static final class Copy extends Fields {
        private static final Field NEXT = field("nextInBucket");
        private static final Field INDEX = field("index");
        private static final Field WORDS = field("words");

        private static Field field(String name) {
            try {
                Field field = Class.forName(Drafts.class.getName() + "$Draft").getDeclaredField(name);
                field.setAccessible(true);
                return field;
            } catch (ReflectiveOperationException wrong) {
                throw new AssertionError(name, wrong);
            }
        }

        private boolean same(long[] words) {
            for (int word = 1; word < words.length; word++) {
                if (i64(8 * word) != words[word]) {
                    return false;
                }
            }
            return true;
        }
    }

    /// The chains of an index: their heads are compared as they are.
    private static boolean sameChains(Plan plan, Object live, Object built) {
        int[] nexts = (int[]) plan.value(live, "nexts");
        int[] others = (int[]) plan.value(built, "nexts");
        for (int head : (int[]) View.field(live, "heads")) {
            for (int record = head; record >= 0; record = nexts[record]) {
                if (nexts[record] != others[record]) {
                    return false;
                }
            }
        }
        return true;
    }

    private static boolean sameEntries(Plan plan, Object live, Object built) {
        long[] entries = (long[]) plan.value(live, "entries");
        long[] others = (long[]) plan.value(built, "entries");
        if (Arrays.equals(entries, others)) {
            return true;
        }
        return Arrays.equals(
                Arrays.stream(entries).sorted().toArray(),
                Arrays.stream(others).sorted().toArray());
    }

    /// The sockets of each port that has some.
    private static boolean samePorts(Plan plan, Object live, Object built) {
        int[] first = (int[]) plan.value(live, "first");
        int[] next = (int[]) plan.value(live, "next");
        int[] otherFirst = (int[]) plan.value(built, "first");
        int[] otherNext = (int[]) plan.value(built, "next");
        for (int port = 0; port < first.length; port++) {
            if ((first[port] >= 0 || otherFirst[port] >= 0)
                    && !Arrays.equals(bound(first, next, port), bound(otherFirst, otherNext, port))) {
                return false;
            }
        }
        return true;
    }

    private static int[] bound(int[] first, int[] next, int port) {
        int[] bound = new int[next.length];
        int count = 0;
        for (int index = first[port]; index >= 0; index = next[index]) {
            bound[count++] = index;
        }
        int[] sorted = Arrays.copyOf(bound, count);
        Arrays.sort(sorted);
        return sorted;
    }
}
