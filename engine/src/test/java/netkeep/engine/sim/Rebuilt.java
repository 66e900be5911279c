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
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import netkeep.engine.Engine;
import netkeep.engine.tcp.Tcp;
import netkeep.engine.tcp.TcpView;
import netkeep.ring.Region;
import org.jspecify.annotations.Nullable;

/// Compares an engine with one that is built from its regions alone, field by field: a variable that is not in a record
/// is different there, unless it is named here with its reason.
final class Rebuilt {
    /// Fields that a turn leaves behind and no later turn reads, `Class.field`; or all of a class, `Class`.
    private static final Set<String> SCRATCH = Set.of(
            // Where a cursor points to after the turn.
            "Endpoint.slot",
            "Endpoint.index",
            "Flow.slot",
            "HalfOpen.slot",
            "TimeWait.slot",
            // Objects that are filled before each use.
            "Segment",
            "Packet",
            "Path",
            "Way",
            "Delivery",
            "Failure",
            "Ask",
            "TcpOptions",
            "Outgoing",
            "Pieces",
            "Ipv6Extensions",
            "Igmp.link",
            "Igmp.message",
            "Igmp.next",
            "Igmp.record",
            "Igmp.records",
            "Igmp.sources",
            "Mld.link",
            "Mld.message",
            "Mld.next",
            "Mld.record",
            "Mld.records",
            "Mld.sources",
            "Groups.wantedHi",
            "Groups.wantedLo",
            "Groups.wanted",
            "Reassembly.delivered",
            "Reassembly.laidBefore",
            "Sending",
            "Receiving",
            // A successor tells all clients again.
            "Sockets.touched",
            "Sockets.touchedCount",
            "Sockets.children",
            "Sockets.telling",
            "Sockets.wakes",
            "Engine.headers",
            "Drops.last",
            // Whether the ledger was new when it was opened.
            "Ledger.fresh",
            // Only tells a way that was looked up from one before it.
            "Ways.version",
            "Neighbors.departures",
            // How far a peer was when it was last looked at: looked at again before it counts.
            "Producer.headSeen",
            "Consumer.tailSeen",
            // Packets that wait for a neighbor's answer: a death may lose a packet.
            "Held",
            "Writer",
            // Compared by what they must hold: TcpView.
            "Ready",
            "Deadlines",
            // Compared by what they mean: DERIVED.
            "Pool.free",
            "Pool.freeCount",
            "Attachment.free",
            "Attachment.freeCount",
            "Index.nexts",
            "FlowTable.entries",
            "Ports.first",
            "Ports.next");

    /// Classes that hold what is derived from records in whatever order, with what is compared instead.
    private static final Map<String, Meaning> DERIVED = Map.of(
            "Pool", Rebuilt::free,
            "Attachment", Rebuilt::free,
            "Index", Rebuilt::chains,
            "FlowTable", table -> bag((long[]) View.field(table, "entries")),
            "Ports", Rebuilt::bound);

    /// Instants of the earliest deadline: one that moved away may still be there, none may be missed.
    private static final Set<String> NOT_LATER =
            Set.of("Neighbors.nextNs", "AddressTests.nextNs", "Routes.nextNs", "Reassembly.nextNs", "Reports.nextNs");

    /// What of a derived structure must be the same.
    private interface Meaning {
        Object of(Object structure);
    }

    private record Pair(String path, Object live, Object built) {}

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
        List<String> differences = new ArrayList<>();
        IdentityHashMap<Object, Object> seen = new IdentityHashMap<>();
        Deque<Pair> todo = new ArrayDeque<>();
        todo.add(new Pair("engine", live, built));
        for (Pair pair = todo.poll(); pair != null; pair = todo.poll()) {
            if (seen.put(pair.live, pair.built) == null) {
                compare(pair, todo, differences);
            }
        }
        return differences;
    }

    private static void compare(Pair pair, Deque<Pair> todo, List<String> differences) {
        Class<?> type = pair.live.getClass();
        if (pair.live instanceof Region) {
            return;
        }
        if (type != pair.built.getClass()) {
            differences.add(pair.path + ": " + type + " or " + pair.built.getClass());
            return;
        }
        Meaning meaning = DERIVED.get(type.getSimpleName());
        if (meaning != null) {
            Object live = meaning.of(pair.live);
            Object built = meaning.of(pair.built);
            if (!live.equals(built)) {
                differences.add(pair.path + ": " + live + " or " + built);
            }
        }
        if (type.isArray()) {
            elements(pair, todo, differences);
        } else if (pair.live instanceof Collection<?> live) {
            collection(pair, live, (Collection<?>) pair.built, todo, differences);
        } else if (type.getName().startsWith("netkeep.") && !type.isHidden() && !type.isEnum() && !type.isRecord()) {
            fields(pair, type, todo, differences);
        } else if (type.isRecord() || type.isEnum() || type.getName().startsWith("java.lang.")) {
            if (!pair.live.equals(pair.built)) {
                differences.add(pair.path + ": " + pair.live + " or " + pair.built);
            }
        } else if (!type.isHidden() && !(pair.live instanceof MemorySegment) && !(pair.live instanceof Enum)) {
            differences.add(pair.path + ": a " + type + ", which is neither derived nor scratch");
        }
    }

    private static void elements(Pair pair, Deque<Pair> todo, List<String> differences) {
        if (pair.live.getClass().getComponentType().isPrimitive()) {
            if (!Arrays.deepEquals(new Object[] {pair.live}, new Object[] {pair.built})) {
                differences.add(pair.path + ": other numbers");
            }
            return;
        }
        int length = Array.getLength(pair.live);
        if (length != Array.getLength(pair.built)) {
            differences.add(pair.path + ": " + length + " or " + Array.getLength(pair.built) + " elements");
            return;
        }
        for (int index = 0; index < length; index++) {
            value(
                    pair.path + "[" + index + "]",
                    pair.live.getClass().getComponentType(),
                    Array.get(pair.live, index),
                    Array.get(pair.built, index),
                    todo,
                    differences);
        }
    }

    private static void collection(
            Pair pair, Collection<?> live, Collection<?> built, Deque<Pair> todo, List<String> differences) {
        if (live.size() != built.size()) {
            differences.add(pair.path + ": " + live.size() + " or " + built.size() + " elements");
            return;
        }
        List<Object> others = new ArrayList<>(built);
        int index = 0;
        for (Object each : live) {
            value(pair.path + "[" + index + "]", Object.class, each, others.get(index), todo, differences);
            index++;
        }
    }

    private static void fields(Pair pair, Class<?> of, Deque<Pair> todo, List<String> differences) {
        if (SCRATCH.contains(of.getSimpleName())) {
            return;
        }
        for (Class<?> type = of; type != null && type != Object.class; type = type.getSuperclass()) {
            for (Field field : type.getDeclaredFields()) {
                String name = type.getSimpleName() + "." + field.getName();
                if (!Modifier.isStatic(field.getModifiers()) && !SCRATCH.contains(name)) {
                    field.setAccessible(true);
                    try {
                        Object live = field.get(pair.live);
                        Object built = field.get(pair.built);
                        if (!NOT_LATER.contains(name) || (long) live > (long) built) {
                            value(pair.path + "." + field.getName(), field.getType(), live, built, todo, differences);
                        }
                    } catch (IllegalAccessException wrong) {
                        throw new AssertionError(name, wrong);
                    }
                }
            }
        }
    }

    private static void value(
            String path,
            Class<?> type,
            @Nullable Object live,
            @Nullable Object built,
            Deque<Pair> todo,
            List<String> differences) {
        if (live == null || built == null) {
            if (live != null || built != null) {
                differences.add(path + ": " + live + " or " + built);
            }
        } else if (type.isPrimitive()) {
            if (!live.equals(built)) {
                differences.add(path + ": " + live + " or " + built);
            }
        } else {
            todo.add(new Pair(path, live, built));
        }
    }

    /// The free records: whichever is taken next does as well.
    private static Object free(Object pool) {
        int[] free = (int[]) View.field(pool, "free");
        int count = (int) View.field(pool, "freeCount");
        return Arrays.stream(free, 0, count).boxed().collect(Collectors.toSet());
    }

    /// The chains of an index.
    private static Object chains(Object index) {
        int[] heads = (int[]) View.field(index, "heads");
        int[] nexts = (int[]) View.field(index, "nexts");
        List<List<Integer>> chains = new ArrayList<>();
        for (int head : heads) {
            if (head >= 0) {
                List<Integer> chain = new ArrayList<>();
                for (int record = head; record >= 0; record = nexts[record]) {
                    chain.add(record);
                }
                chains.add(chain);
            }
        }
        return chains;
    }

    /// The sockets of each port that has some.
    private static Object bound(Object ports) {
        int[] first = (int[]) View.field(ports, "first");
        int[] next = (int[]) View.field(ports, "next");
        Map<Integer, Set<Integer>> bound = new HashMap<>();
        for (int port = 0; port < first.length; port++) {
            for (int index = first[port]; index >= 0; index = next[index]) {
                bound.computeIfAbsent(port, any -> new HashSet<>()).add(index);
            }
        }
        return bound;
    }

    /// How often each number is there: for what has no order.
    private static Map<Long, Integer> bag(long[] numbers) {
        Map<Long, Integer> bag = new HashMap<>();
        for (long number : numbers) {
            bag.merge(number, 1, Integer::sum);
        }
        return bag;
    }
}
