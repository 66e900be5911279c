package netkeep.engine.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// A connection's variables live in its record and nowhere else: every field of the engine's and the rings' classes
/// that can change is declared in [Variables], with what it is.
class VariablesTest {
    @Test
    void everyVariableOfAnObjectIsDeclared() throws IOException {
        List<String> undeclared = new ArrayList<>();
        for (Field field : variables()) {
            if (!Variables.declared(field)) {
                undeclared.add(Variables.name(field));
            }
        }
        assertEquals(List.of(), undeclared);
    }

    @Test
    void everyDeclarationIsOfAVariable() throws IOException {
        TreeSet<String> stale = new TreeSet<>();
        stale.addAll(Variables.EQUAL);
        stale.addAll(Variables.DERIVED);
        stale.addAll(Variables.NOT_LATER);
        for (Field field : variables()) {
            stale.remove(Variables.name(field));
        }
        assertEquals(new TreeSet<String>(), stale);
    }

    /// Fields that are not final, and those that are but hold something that changes.
    private static List<Field> variables() throws IOException {
        List<Field> variables = new ArrayList<>();
        Path root = Path.of(System.getProperty("netkeep.root", "..")).toAbsolutePath();
        for (String module : List.of("engine", "ring")) {
            Path sources = root.resolve(module).resolve("src/main/java");
            try (Stream<Path> files = Files.walk(sources)) {
                for (Path file : (Iterable<Path>) files::iterator) {
                    String name = sources.relativize(file).toString();
                    if (name.endsWith(".java") && !name.endsWith("-info.java") && !name.startsWith("netkeep/session")) {
                        add(name.substring(0, name.length() - ".java".length()).replace('/', '.'), variables);
                    }
                }
            }
        }
        assertTrue(variables.size() > 100, "found " + variables.size());
        return variables;
    }

    private static void add(String name, List<Field> variables) {
        try {
            add(Class.forName(name, false, VariablesTest.class.getClassLoader()), variables);
        } catch (ClassNotFoundException wrong) {
            throw new AssertionError(name, wrong);
        }
    }

    private static void add(Class<?> type, List<Field> variables) {
        for (Class<?> inner : type.getDeclaredClasses()) {
            add(inner, variables);
        }
        if (type.isInterface() || type.isRecord() || type.isEnum()) {
            return;
        }
        for (Field field : type.getDeclaredFields()) {
            if (!Modifier.isStatic(field.getModifiers())
                    && (!Modifier.isFinal(field.getModifiers()) || changes(field.getType()))) {
                variables.add(field);
            }
        }
    }

    private static boolean changes(Class<?> type) {
        return type.isArray() || Collection.class.isAssignableFrom(type) || Map.class.isAssignableFrom(type);
    }
}
