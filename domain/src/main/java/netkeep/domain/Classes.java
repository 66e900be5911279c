package netkeep.domain;

import java.io.File;
import java.io.IOException;
import java.lang.module.ModuleReader;
import java.lang.module.ResolvedModule;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/// Loads code before it is needed: a domain that has given up opening files loads none from a file any more.
public final class Classes {
    private static final String SUFFIX = ".class";

    private Classes() {}

    /// Loads all classes of these packages and those below them, wherever this JVM has them from.
    public static void load(List<String> packages) throws IOException {
        Set<String> names = new TreeSet<>(onClassPath(System.getProperty("java.class.path", "")));
        for (ResolvedModule module : ModuleLayer.boot().configuration().modules()) {
            Set<String> its = module.reference().descriptor().packages();
            if (its.stream().anyMatch(one -> within(one, packages))) {
                try (ModuleReader reader = module.reference().open();
                        Stream<String> found = reader.list()) {
                    found.forEach(names::add);
                }
            }
        }
        for (String name : names) {
            load(name, packages);
        }
    }

    private static void load(String file, List<String> packages) {
        if (!file.endsWith(SUFFIX)) {
            return;
        }
        String name = file.substring(0, file.length() - SUFFIX.length()).replace('/', '.');
        if (!within(name, packages)) {
            return;
        }
        try {
            Class.forName(name, false, Classes.class.getClassLoader());
        } catch (ClassNotFoundException | LinkageError unneeded) {
            // For somebody else's tests, or for what is not there: whoever needs it fails.
        }
    }

    private static boolean within(String name, List<String> packages) {
        for (String each : packages) {
            if (name.startsWith(each) && (name.length() == each.length() || name.charAt(each.length()) == '.')) {
                return true;
            }
        }
        return false;
    }

    /// The files in all places of a class path. One of modules alone has an empty one, which means no place, not the
    /// working directory.
    static Set<String> onClassPath(String path) throws IOException {
        Set<String> names = new TreeSet<>();
        for (String each : path.split(File.pathSeparator)) {
            if (!each.isEmpty()) {
                list(Path.of(each), names);
            }
        }
        return names;
    }

    private static void list(Path place, Set<String> names) throws IOException {
        if (Files.isDirectory(place)) {
            try (Stream<Path> all = Files.walk(place)) {
                all.map(path -> place.relativize(path).toString()).forEach(names::add);
            }
        } else if (Files.isRegularFile(place)) {
            try (JarFile jar = new JarFile(place.toFile())) {
                jar.stream().map(JarEntry::getName).forEach(names::add);
            }
        }
    }
}
