package netkeep.engine.sim;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import netkeep.wire.Address;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// What the comparison with a successor would find: each variable that must be the same, moved by one in the engine
/// that lives.
class RebuiltTest {
    /// A variable of one of an engine's objects.
    private record Variable(Object of, Field field) {
        private long number() throws IllegalAccessException {
            return field.getType() == boolean.class ? field.getBoolean(of) ? 1 : 0 : field.getLong(of);
        }

        private void number(long value) throws IllegalAccessException {
            Class<?> type = field.getType();
            if (type == boolean.class) {
                field.setBoolean(of, value != 0);
            } else if (type == int.class) {
                field.setInt(of, (int) value);
            } else {
                field.setLong(of, value);
            }
        }
    }

    private final Conversation conversation = Scenario.v4()
            .begin()
            .established("mss=1000")
            .play(". send 100\n> PSH,ACK seq=1 len=100\n< ACK seq=1001 ack=1 len=100\n> ACK seq=101 ack=1");
    private final Course course = new Course();

    private void check() {
        Rebuilt.check(conversation.host, course, conversation.world.nowNs());
    }

    /// The variables of all objects of the engine, by what they are declared as.
    private List<Variable> variables(Set<String> declared) throws IllegalAccessException {
        List<Variable> variables = new ArrayList<>();
        Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        Deque<Object> todo = new ArrayDeque<>();
        meet(conversation.host.engine(), seen, todo);
        for (Object each = todo.poll(); each != null; each = todo.poll()) {
            for (Class<?> type = each.getClass();
                    type != null && type.getName().startsWith("netkeep.");
                    type = type.getSuperclass()) {
                for (Field field : type.getDeclaredFields()) {
                    if (!Modifier.isStatic(field.getModifiers())) {
                        field.setAccessible(true);
                        if (declared.contains(Variables.name(field))) {
                            variables.add(new Variable(each, field));
                        }
                        if (!field.getType().isPrimitive()) {
                            meet(field.get(each), seen, todo);
                        }
                    }
                }
            }
        }
        return variables;
    }

    private static void meet(@Nullable Object object, Set<Object> seen, Deque<Object> todo) {
        if (object instanceof Collection<?> all) {
            all.forEach(each -> meet(each, seen, todo));
        } else if (object != null
                && object.getClass().getName().startsWith("netkeep.")
                && !object.getClass().isHidden()
                && seen.add(object)) {
            todo.add(object);
        }
    }

    @Test
    void engineIsAsItsSuccessorWouldBe() {
        assertDoesNotThrow(this::check);
        assertDoesNotThrow(this::check);
        assertTrue(conversation.host.checks() > 5);
    }

    @Test
    void eachNumberThatIsNoLongerTheRecordsIsFound() throws IllegalAccessException {
        check();
        Set<String> moved = new TreeSet<>();
        for (Variable variable : variables(Variables.EQUAL)) {
            if (variable.field.getType().isPrimitive()) {
                long before = variable.number();
                variable.number(variable.field.getType() == boolean.class ? 1 - before : before + 1);
                assertThrows(AssertionError.class, this::check, Variables.name(variable.field));
                variable.number(before);
                moved.add(Variables.name(variable.field));
            } else if (variable.field.getType().isArray()
                    && variable.field.getType().getComponentType().isPrimitive()) {
                Object array = variable.field.get(variable.of);
                Object before = Array.get(array, 0);
                Array.set(array, 0, other(before));
                assertThrows(AssertionError.class, this::check, Variables.name(variable.field));
                Array.set(array, 0, before);
                moved.add(Variables.name(variable.field));
            }
        }
        check();
        assertTrue(moved.size() > 15, "moved " + moved);
    }

    private static Object other(Object value) {
        return switch (value) {
            case Boolean is -> !is;
            case Long number -> number + 1;
            default -> (Integer) value + 1;
        };
    }

    /// An instant may be earlier than a successor's, but not later.
    @Test
    void deadlineThatWouldBeMissedIsFound() throws IllegalAccessException {
        // An address is under test, and waits for its next step.
        Address address = Address.parse("fd00:198:18::77");
        SimHost host = conversation.host;
        host.engine().ip().addAddress(1, address.hi(), address.lo(), 64, conversation.world.nowNs());
        host.host().kick();
        conversation.now();
        List<Variable> variables = variables(Variables.NOT_LATER);
        assertEquals(
                Variables.NOT_LATER.size(),
                variables.stream()
                        .map(each -> Variables.name(each.field))
                        .distinct()
                        .count());
        int found = 0;
        for (Variable variable : variables) {
            long before = variable.number();
            variable.number(before - 1);
            assertDoesNotThrow(this::check, Variables.name(variable.field));
            variable.number(Long.MAX_VALUE);
            found += differs() ? 1 : 0;
            variable.number(before);
        }
        // Only some tables wait for something.
        assertTrue(found >= 1, "found " + found);
    }

    private boolean differs() {
        try {
            check();
            return false;
        } catch (AssertionError difference) {
            return true;
        }
    }

    /// A free record that is lost, a socket that is found by no port, a flow that is found by no hash.
    @Test
    void whatIsDerivedWrongIsFound() throws IllegalAccessException {
        check();
        Set<String> moved = new TreeSet<>();
        for (Variable variable : variables(Variables.DERIVED)) {
            if (variable.field.get(variable.of) instanceof long[] entries) {
                for (int index = 0; index < entries.length; index++) {
                    if (entries[index] != -1) {
                        long before = entries[index];
                        entries[index] = before ^ 1L << 40;
                        assertThrows(AssertionError.class, this::check, Variables.name(variable.field));
                        entries[index] = before;
                        moved.add(Variables.name(variable.field));
                    }
                }
            } else if (variable.field.get(variable.of) instanceof int[][] pages) {
                for (int[] page : pages) {
                    for (int port = 0; port < page.length; port++) {
                        if (page[port] >= 0) {
                            int before = page[port];
                            page[port] = -1;
                            assertThrows(AssertionError.class, this::check, Variables.name(variable.field));
                            page[port] = before;
                            moved.add(Variables.name(variable.field));
                        }
                    }
                }
            } else if (variable.field.getName().equals("freeCount")) {
                variable.number(variable.number() + 1);
                assertThrows(AssertionError.class, this::check, Variables.name(variable.field));
                variable.number(variable.number() - 1);
                moved.add(Variables.name(variable.field));
            }
        }
        check();
        assertEquals(Set.of("FlowTable.entries", "Ports.first", "Pool.freeCount", "Attachment.freeCount"), moved);
    }

    /// What a turn leaves in fields that are filled before each use is gone when it ends.
    @Test
    void whatATurnLeavesBehindIsTaken() throws IllegalAccessException {
        Set<String> numbers = new TreeSet<>();
        for (Variable variable : variables(Set.of("Path.mtu", "Segment.seq", "Writer.localPort"))) {
            assertEquals(0, variable.number(), Variables.name(variable.field));
            numbers.add(Variables.name(variable.field));
            variable.number(77);
        }
        check();
        for (Variable variable : variables(Set.of("Path.mtu", "Segment.seq", "Writer.localPort"))) {
            assertTrue(variable.number() != 77, Variables.name(variable.field));
        }
        assertEquals(Set.of("Path.mtu", "Segment.seq", "Writer.localPort"), numbers);
    }
}
