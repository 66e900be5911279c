package netkeep.engine.sim;

import java.lang.foreign.MemorySegment;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import netkeep.ring.Drafts;
import netkeep.ring.Fields;
import netkeep.ring.Region;
import org.jspecify.annotations.Nullable;

/// How the objects of a class are compared by [Rebuilt], found out once.
final class Plan {
    /// What is to be done with two objects.
    enum Kind {
        /// Nothing: scratch, or memory.
        SKIPPED,
        /// An array of numbers.
        NUMBERS,
        /// An array of objects.
        ELEMENTS,
        COLLECTION,
        /// Equal or not.
        VALUE,
        /// An object of ours.
        FIELDS,
        /// Nobody said what it is.
        UNKNOWN
    }

    /// What of a derived structure must be the same, whatever the order.
    private interface Meaning {
        boolean same(Values live, Values built);
    }

    /// Classes that hold what is derived from records in whatever order, with what is compared instead.
    private static final Map<String, Meaning> DERIVED = Map.of(
            "Pool", Plan::sameFree,
            "Attachment", Plan::sameFree,
            "Drafts", Plan::sameCopies,
            "Index", Plan::sameChains,
            "FlowTable", Plan::sameEntries,
            "Ports", Plan::samePorts);

    private final Kind kind;
    private final List<Field> compared = new ArrayList<>();
    private final List<Field> all = new ArrayList<>();
    private final List<FieldReader> readers = new ArrayList<>();
    private final List<FieldReader> copiers = new ArrayList<>();
    private final @Nullable Meaning meaning;
    private final @Nullable FieldReader whole;

    private Plan(Kind kind, Class<?> type) {
        this.kind = kind;
        this.meaning = kind == Kind.FIELDS ? DERIVED.get(type.getSimpleName()) : null;
        if (kind == Kind.FIELDS) {
            for (Class<?> each = type; each != null && each != Object.class; each = each.getSuperclass()) {
                declared(each);
            }
        }
        this.whole = meaning == null ? null : FieldReader.of(type, all, 0);
    }

    static Plan of(Class<?> type) {
        return new Plan(kind(type), type);
    }

    private static Kind kind(Class<?> type) {
        if (type.isArray()) {
            Class<?> component = type.getComponentType();
            return component.isPrimitive() ? Kind.NUMBERS : Variables.scratch(component) ? Kind.SKIPPED : Kind.ELEMENTS;
        }
        if (Region.class.isAssignableFrom(type)
                || MemorySegment.class.isAssignableFrom(type)
                || type.isHidden()
                || Variables.scratch(type) && !Variables.filled(type)) {
            return Kind.SKIPPED;
        }
        if (Collection.class.isAssignableFrom(type)) {
            return Kind.COLLECTION;
        }
        if (type.isRecord()
                || Enum.class.isAssignableFrom(type)
                || type.getName().startsWith("java.lang.")) {
            return Kind.VALUE;
        }
        return type.getName().startsWith("netkeep.") ? Kind.FIELDS : Kind.UNKNOWN;
    }

    /// Adds what one class declares.
    private void declared(Class<?> type) {
        List<Field> own = new ArrayList<>();
        List<Field> filled = new ArrayList<>();
        for (Field field : type.getDeclaredFields()) {
            if (!Modifier.isStatic(field.getModifiers())) {
                all.add(field);
                if (Variables.compared(field)) {
                    own.add(field);
                }
                if (Variables.filled(field)) {
                    filled.add(field);
                }
            }
        }
        if (!filled.isEmpty()) {
            copiers.add(FieldReader.copying(type, filled));
        }
        if (!own.isEmpty()) {
            readers.add(FieldReader.of(type, own, compared.size()));
            compared.addAll(own);
        }
    }

    Kind kind() {
        return kind;
    }

    /// The name of a field that is compared as it is.
    String name(int field) {
        return compared.get(field).getName();
    }

    /// Whether a successor may have a later instant there.
    boolean notLater(int field) {
        return Variables.NOT_LATER.contains(Variables.name(compared.get(field)));
    }

    /// Tells what is in the fields that are compared as they are.
    void read(Object live, Object built, FieldReader.Visitor to) {
        for (int index = 0; index < readers.size(); index++) {
            readers.get(index).read(live, built, to);
        }
    }

    /// Takes from the live object what its last turn left in fields that are filled before each use: they are as a
    /// successor has them.
    void empty(Object live, Object built, FieldReader.Visitor nobody) {
        for (int index = 0; index < copiers.size(); index++) {
            copiers.get(index).read(live, built, nobody);
        }
        if (live instanceof Fields cursor && cursor.index() >= 0) {
            cursor.leave();
        }
    }

    /// Whether what is derived in two objects means the same.
    boolean sameMeaning(Object live, Object built) {
        if (meaning == null || whole == null) {
            return true;
        }
        Values values = new Values(live, all);
        Values others = new Values(built, all);
        whole.read(live, built, new FieldReader.Visitor() {
            @Override
            public void reference(int field, @Nullable Object live, @Nullable Object built) {
                values.references[field] = live;
                others.references[field] = built;
            }

            @Override
            public void number(int field, long live, long built) {
                values.numbers[field] = live;
                others.numbers[field] = built;
            }
        });
        return meaning.same(values, others);
    }

    static boolean sameNumbers(Object live, Object built) {
        return switch (live) {
            case int[] numbers -> Arrays.equals(numbers, (int[]) built);
            case long[] numbers -> Arrays.equals(numbers, (long[]) built);
            default -> Arrays.deepEquals(new Object[] {live}, new Object[] {built});
        };
    }

    /// What is in an object's fields.
    private static final class Values {
        private final Object of;
        private final List<Field> fields;
        private final @Nullable Object[] references;
        private final long[] numbers;

        private Values(Object of, List<Field> fields) {
            this.of = of;
            this.fields = fields;
            this.references = new Object[fields.size()];
            this.numbers = new long[fields.size()];
        }

        private int place(String name) {
            for (int place = 0; place < fields.size(); place++) {
                if (fields.get(place).getName().equals(name)) {
                    return place;
                }
            }
            throw new AssertionError(name);
        }

        private int number(String name) {
            return (int) numbers[place(name)];
        }

        private int[] ints(String name) {
            return (int[]) reference(name);
        }

        private Object reference(String name) {
            return Objects.requireNonNull(references[place(name)]);
        }
    }

    /// The free records: whichever is taken next does as well.
    private static boolean sameFree(Values live, Values built) {
        return Arrays.equals(free(live), free(built));
    }

    private static int[] free(Values of) {
        int[] free = Arrays.copyOf(of.ints("free"), of.number("freeCount"));
        Arrays.sort(free);
        return free;
    }

    /// The copies of records: each as its record is, to which a successor goes.
    private static boolean sameCopies(Values live, Values built) {
        Copies copies = new Copies((Drafts) built.of);
        for (Object bucket : (@Nullable Object[]) live.reference("buckets")) {
            if (bucket != null && !copies.same(bucket)) {
                return false;
            }
        }
        return true;
    }

    /// The chains of an index.
    private static boolean sameChains(Values live, Values built) {
        int[] nexts = live.ints("nexts");
        int[] others = built.ints("nexts");
        if (!Arrays.equals(live.ints("heads"), built.ints("heads"))) {
            return false;
        }
        for (int head : live.ints("heads")) {
            for (int record = head; record >= 0; record = nexts[record]) {
                if (nexts[record] != others[record]) {
                    return false;
                }
            }
        }
        return true;
    }

    private static boolean sameEntries(Values live, Values built) {
        long[] entries = (long[]) live.reference("entries");
        long[] others = (long[]) built.reference("entries");
        return Arrays.equals(entries, others) || Arrays.equals(sorted(entries), sorted(others));
    }

    private static long[] sorted(long[] entries) {
        long[] sorted = entries.clone();
        Arrays.sort(sorted);
        return sorted;
    }

    /// The sockets of each port that has some.
    private static boolean samePorts(Values live, Values built) {
        int[][] pages = (int[][]) live.reference("first");
        int[][] others = (int[][]) built.reference("first");
        int[] next = live.ints("next");
        int[] otherNext = built.ints("next");
        for (int page = 0; page < pages.length; page++) {
            int[] first = pages[page];
            int[] other = others[page];
            boolean same = Arrays.equals(first, other);
            for (int port = 0; !same && port < first.length; port++) {
                if ((first[port] >= 0 || other[port] >= 0)
                        && !Arrays.equals(bound(next, first[port]), bound(otherNext, other[port]))) {
                    return false;
                }
            }
        }
        return true;
    }

    private static int[] bound(int[] next, int first) {
        int[] bound = new int[next.length];
        int count = 0;
        for (int index = first; index >= 0; index = next[index]) {
            bound[count++] = index;
        }
        int[] sorted = Arrays.copyOf(bound, count);
        Arrays.sort(sorted);
        return sorted;
    }
}
